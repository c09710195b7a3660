"""Looks for shifts of quality where feedback comes in, and begins a new epoch where one is found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import groupby, islice

from kit.metrics import Counter
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.drift import WINDOW, find_shift
from neural.domain.model import ANY, BoardKey
from neural.rebuild.versions import as_learner

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "drift.sql")
_LEARNING = load_queries("neural", "learning.sql")

EVERY = timedelta(seconds=1)
BOARDS_A_LOOK = 50
WAITING_MAX = 10_000
SHIFTS = Counter("radiant_neural_quality_shifts_total", "Shifts of a model's quality that were found.")


class Shifting:
    """Looks at contexts of tenants that others have seen change; what it misses, it sees at their next change."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        """`changed` is called when units wait to be learned again."""
        self._database, self._changed = database, changed
        self._waiting: dict[BoardKey, None] = {}

    def note(self, keys: Iterable[BoardKey]) -> None:
        """Notes boards that changed; those of contexts of tenants are looked at."""
        for key in keys:
            if (
                key.tenant_id != ANY
                and key.user_id == ANY
                and key.domain_mode != ANY
                and len(self._waiting) < WAITING_MAX
            ):
                self._waiting[key] = None

    async def look_forever(self) -> None:
        """Looks, and pauses."""
        while True:
            if await self.look() < BOARDS_A_LOOK:
                await asyncio.sleep(EVERY.total_seconds())

    async def look(self) -> int:
        """Looks at some of the noted boards, the longest waiting first; returns at how many."""
        keys = list(islice(self._waiting, BOARDS_A_LOOK))
        for key in keys:
            self._waiting.pop(key, None)
            await self._look_at(key)
        return len(keys)

    async def _look_at(self, key: BoardKey) -> None:
        place = key.tenant_id, key.task_type, key.domain_mode
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["latest_scores"], *place, WINDOW)
            full = [model for model, own in groupby(rows, lambda row: row["model"]) if len(list(own)) == WINDOW]
            if full:
                await connection.execute(_SQL["prune_scores"], *place, full, WINDOW)
        for model, own in groupby(rows, lambda row: row["model"]):
            scores = list(own)
            shift = find_shift([row["score"] for row in scores])
            if shift is not None:
                first = scores[shift.place]
                async with as_learner(self._database) as connection:
                    await connection.fetch(_LEARNING["all_shards"])
                    where = *place, model, first["created_at"], shift.before, shift.after
                    await self._begin_epoch(connection, where, scores[0]["shifts"])

    async def _begin_epoch(self, connection: Connection, where: tuple[object, ...], known: int) -> None:
        """Begins an epoch unless somebody else did since the scores were read."""
        if await connection.fetchval(_SQL["keep_shift"], *where, known) is None:
            return
        await connection.execute(_SQL["enqueue_since"], *where[:5])
        SHIFTS.inc()
        names = ("tenant", "task_type", "domain_mode", "model", "shifted_at", "before", "after")
        log.warning("a model's quality shifted", extra={"fields": dict(zip(names, map(str, where), strict=True))})
        self._changed()
