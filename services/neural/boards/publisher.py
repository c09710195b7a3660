"""The publisher: brings changed boards to the cache, and makes the global sums on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from kit.metrics import Counter
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.boards.cache import BoardCache
from neural.boards.store import read_boards
from neural.domain.model import ANY, Board, BoardKey
from neural.learning.learner import enqueue_boards
from neural.rebuild.versions import as_learner, live_and_building
from neural.settings import LearningSettings

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "boards.sql")

PUBLISHED = Counter("radiant_neural_published_boards_total", "Boards brought to the cache.")
BATCH = 2000


class Publisher:
    """Empties the queue of changed boards, whether or not Redis is there."""

    def __init__(
        self,
        database: Database,
        cache: BoardCache,
        settings: LearningSettings,
        seen: Callable[[Iterable[BoardKey]], None] = lambda _: None,
    ) -> None:
        """`seen` is told which boards changed."""
        self._database, self._cache, self._settings, self._seen = database, cache, settings, seen
        self._work = asyncio.Event()
        self._suspect = True

    def wake(self) -> None:
        """Notes that boards wait."""
        self._work.set()

    def suspect(self) -> None:
        """Notes that the cache may hold old boards: it is emptied before the next one is written."""
        self._suspect = True
        self._work.set()

    async def run_forever(self) -> None:
        """Publishes, and pauses when there is nothing to publish."""
        while True:
            self._work.clear()
            if await self.step() == 0:
                try:
                    async with asyncio.timeout(self._settings.idle.total_seconds()):
                        await self._work.wait()
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Publishes one batch and returns its size.

        The boards leave the queue even when Redis is away: readers then go to the database, and the cache is
        emptied when it is back.
        """
        if self._suspect:
            self._suspect = False  # first: whoever suspects it while it is emptied has it emptied again
            if not await self._cache.start_over():
                self._suspect = True
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["take_boards"], BATCH)
            keys = {BoardKey(*row) for row in rows}
            if keys:
                keys |= await self._recompute_global(connection, keys)
                boards = await read_boards(connection, keys, datetime.now(UTC), self._settings.carry_over)
                await self._bring(boards)
                self._seen(keys)
        return len(rows)

    async def _bring(self, boards: list[Board]) -> None:
        if self._suspect:
            return
        if await self._cache.put(boards) and await self._cache.announce([board.key for board in boards]):
            PUBLISHED.inc(len(boards))
        else:
            log.warning("the cache does not answer; answers come from the database")
            self._suspect = True

    async def _recompute_global(self, connection: Connection, keys: Iterable[BoardKey]) -> set[BoardKey]:
        tenants = {key.tenant_id for key in keys}
        rows = await connection.fetch(_SQL["participants"], sorted(tenants))
        participants = {row["tenant_id"] for row in rows}
        contexts = {
            (key.task_type, key.domain_mode)
            for key in keys
            if key.user_id == ANY and (key.tenant_id in participants or key.tenant_id == ANY)
        }
        if not contexts:
            return set()
        await connection.execute(_SQL["lock_global"])  # first: a rebuild that holds it may change what is live
        live, _ = await live_and_building(connection)
        await recompute_global(connection, live.number, contexts, self._settings)
        await connection.execute(_load("bump_boards"), [ANY])
        return {BoardKey(ANY, ANY, task, domain) for task, domain in contexts}


def _load(name: str) -> str:
    return load_queries("neural", "learning.sql")[name]


async def recompute_global(
    connection: Connection, version: int, contexts: Iterable[tuple[str, str]], settings: LearningSettings
) -> None:
    """Makes the global sums of some contexts anew; one process at a time."""
    ordered = sorted(contexts)
    await connection.execute(_SQL["lock_global"])
    columns = [task for task, _ in ordered], [domain for _, domain in ordered]
    least = settings.global_tenants_min, settings.global_raters_min
    await connection.execute(_SQL["recompute_global"], version, *columns, *least)


async def enqueue_tenant(connection: Connection, tenant: str) -> None:
    """Notes all global boards that a tenant's joining or leaving changes."""
    live, _ = await live_and_building(connection)
    rows = await connection.fetch(_SQL["tenant_contexts"], live.number, tenant)
    await enqueue_boards(connection, live, {BoardKey(ANY, ANY, row["task_type"], row["domain_mode"]) for row in rows})
