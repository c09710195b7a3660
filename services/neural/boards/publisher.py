"""Publisher: writes changed boards to the cache, and recomputes the global scores that they change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter
from neural.boards.cache import BoardCache
from neural.boards.global_scores import recompute_global
from neural.boards.store import read_boards
from neural.domain.model import Board, BoardKey
from neural.settings import LearningSettings
from neural.store.access import LEARNER

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "boards.sql")

PUBLISHED = Counter("radiant_neural_published_boards_total", "Boards written to the cache.")
BOARDS_PER_STEP = 2000


class Publisher:
    """Processes the publish queue. It continues while Redis is unavailable."""

    def __init__(
        self,
        database: Database,
        cache: BoardCache,
        settings: LearningSettings,
        on_published: Callable[[Iterable[BoardKey]], None] = lambda _: None,
    ) -> None:
        """`on_published` is called with the keys of the boards that changed."""
        self._database, self._cache, self._settings, self._on_published = database, cache, settings, on_published
        self._work = asyncio.Event()
        self._is_cache_outdated = True

    def wake(self) -> None:
        """Ends the pause of `run_forever`, because boards are queued."""
        self._work.set()

    def clear_cache(self) -> None:
        """Clears the cache before the next board is written, because it may contain outdated boards."""
        self._is_cache_outdated = True
        self._work.set()

    async def run_forever(self) -> None:
        """Publishes queued boards."""
        while True:
            self._work.clear()
            if await self.step() == 0:
                try:
                    async with asyncio.timeout(self._settings.poll_interval.total_seconds()):
                        await self._work.wait()
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Publishes one batch and returns the number of queue rows.

        The rows are removed from the queue even if Redis is unavailable. Boards are then read from the database, and
        the cache is cleared when Redis is available again.
        """
        if self._is_cache_outdated:
            self._is_cache_outdated = False  # set before the call: a concurrent clear_cache() must not be lost
            if not await self._cache.clear():
                self._is_cache_outdated = True
        async with self._database.as_role(LEARNER) as connection:
            rows = await connection.fetch(_SQL["dequeue_boards"], BOARDS_PER_STEP)
            keys = {BoardKey(*row) for row in rows}
            if keys:
                keys |= await recompute_global(connection, keys, self._settings)
                boards = await read_boards(connection, keys, datetime.now(UTC), self._settings.carry_over)
                await self._write_to_cache(boards)
                self._on_published(keys)
        return len(rows)

    async def _write_to_cache(self, boards: list[Board]) -> None:
        if self._is_cache_outdated:
            return
        if await self._cache.put(boards) and await self._cache.announce([board.key for board in boards]):
            PUBLISHED.inc(len(boards))
        else:
            log.warning("cache unavailable, boards are read from the database")
            self._is_cache_outdated = True
