"""Drift detector: tests contexts with new feedback for quality shifts, and starts a new epoch after a shift."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import groupby, islice

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter
from neural.domain.drift import WINDOW, RatedScore, find_shift, scores_to_test
from neural.domain.model import ANY, BoardKey
from neural.domain.trust.rater_trust import TRUST_NEUTRAL
from neural.store.access import LEARNER
from neural.store.locks import lock_all_shards

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "drift.sql")

INTERVAL = timedelta(seconds=1)
BOARDS_PER_STEP = 50
QUEUE_MAX = 10_000
SHIFTS = Counter("radiant_neural_quality_shifts_total", "Quality shifts of models that were found.")


class DriftDetector:
    """Tests the contexts of published boards. A context left out of the full queue is tested after its next change."""

    def __init__(self, database: Database, on_enqueued: Callable[[], None]) -> None:
        """`on_enqueued` is called when units are queued for learning."""
        self._database, self._on_enqueued = database, on_enqueued
        self._queue: dict[BoardKey, None] = {}

    def enqueue(self, keys: Iterable[BoardKey]) -> None:
        """Queues the boards of (task, domain) contexts of tenants. Other boards are ignored."""
        for key in keys:
            if key.tenant_id != ANY and key.user_id == ANY and key.domain_mode != ANY and len(self._queue) < QUEUE_MAX:
                self._queue[key] = None

    async def check_all(self) -> None:
        """Tests the contexts of all queued boards."""
        while await self.step() == BOARDS_PER_STEP:
            pass

    async def step(self) -> int:
        """Tests the first boards of the queue and returns their number."""
        keys = list(islice(self._queue, BOARDS_PER_STEP))
        for key in keys:
            self._queue.pop(key, None)
            await self._test(key)
        return len(keys)

    async def _test(self, key: BoardKey) -> None:
        context = key.tenant_id, key.task_type, key.domain_mode
        async with self._database.as_role(LEARNER) as connection:
            rows = await connection.fetch(_SQL["latest_scores"], *context, WINDOW, TRUST_NEUTRAL)
            full = [model for model, own in groupby(rows, lambda row: row["model"]) if len(list(own)) >= WINDOW]
            if full:
                await connection.execute(_SQL["prune_scores"], *context, full, WINDOW)
        for model, own in groupby(rows, lambda row: row["model"]):
            scores = list(own)
            rated = [RatedScore(row["score"], row["user_id"], row["trust"], row["established"]) for row in scores]
            tested = scores_to_test(rated)
            shift = find_shift([rated[index] for index in tested])
            if shift is not None:
                first = scores[tested[shift.index]]
                async with self._database.as_role(LEARNER) as connection:
                    await lock_all_shards(connection)
                    values = *context, model, first["created_at"], shift.before, shift.after
                    await self._start_epoch(connection, values, scores[0]["shifts"])

    async def _start_epoch(self, connection: Connection, values: tuple[object, ...], known_shifts: int) -> None:
        """Starts an epoch, unless another process did since the scores were read."""
        if await connection.fetchval(_SQL["insert_shift"], *values, known_shifts) is None:
            return
        await connection.execute(_SQL["enqueue_new_epoch"], *values[:5])
        SHIFTS.inc()
        names = ("tenant", "task_type", "domain_mode", "model", "shifted_at", "before", "after")
        log.warning("quality of a model shifted", extra={"fields": dict(zip(names, map(str, values), strict=True))})
        self._on_enqueued()
