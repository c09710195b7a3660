"""The process's own table of boards: its own memory, then Redis, then the database."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

from kit.metrics import Counter, Gauge
from neural.domain.model import Board, BoardKey

SOFT_LIFE_S = 30.0
"""An entry is read again after it even if nobody said that it changed."""
DEAF_LIFE_S = 0.5
"""The same while changes are not heard of."""
SILENCE_MAX_S = 3.0
"""Without a sign of life for so long, changes are taken as not heard of."""

READS = Counter("radiant_neural_board_reads_total", "Boards read, by where they were found.", ["place"])
ENTRIES = Gauge("radiant_neural_table_boards", "Boards in the process's own table.")


class Cache(Protocol):
    """The hot copy that processes share."""

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Returns the boards that it has."""
        ...

    async def put(self, boards: Iterable[Board]) -> bool:
        """Keeps those that are newer than what it has."""
        ...


class Source(Protocol):
    """Where boards come from in the end."""

    async def read(self, tenant: str, keys: Iterable[BoardKey]) -> list[Board]:
        """Returns all of the boards, empty ones included."""
        ...


class _Entry:
    __slots__ = ("board", "loaded_at")

    def __init__(self, board: Board, loaded_at: float) -> None:
        self.board, self.loaded_at = board, loaded_at


class BoardTable:
    """A bounded table, least recently used out first."""

    def __init__(self, cache: Cache, source: Source, boards_max: int) -> None:
        self._cache, self._source, self._boards_max = cache, source, boards_max
        self._entries: OrderedDict[BoardKey, _Entry] = OrderedDict()
        self._loading: dict[tuple[BoardKey, ...], asyncio.Task[list[Board]]] = {}
        self._dirty: dict[asyncio.Task[list[Board]], set[BoardKey]] = {}
        self._alive_at: float | None = None
        self.generation = 0
        """Changes whenever any entry may have changed."""

    @property
    def hears(self) -> bool:
        """Whether changes are heard of."""
        return self._alive_at is not None and time.monotonic() - self._alive_at < SILENCE_MAX_S

    def alive(self) -> None:
        """Notes a sign of life of whoever tells of changes."""
        self._alive_at = time.monotonic()

    def deaf(self) -> None:
        """Notes that changes are no longer heard of."""
        self._alive_at = None
        self.generation += 1

    def invalidate(self, keys: Iterable[BoardKey]) -> None:
        """Forgets boards that changed."""
        self.generation += 1
        for key in keys:
            self._entries.pop(key, None)
            for dirty in self._dirty.values():
                dirty.add(key)

    def clear(self) -> None:
        """Forgets every board."""
        self.generation += 1
        self._entries.clear()
        for keys, task in self._loading.items():
            self._dirty.get(task, set()).update(keys)

    def life_s(self) -> float:
        """Returns how long an entry holds."""
        return SOFT_LIFE_S if self.hears else DEAF_LIFE_S

    def peek(self, key: BoardKey) -> Board | None:
        """Returns a board that is here and holds."""
        entry = self._entries.get(key)
        if entry is None or time.monotonic() - entry.loaded_at > self.life_s():
            return None
        self._entries.move_to_end(key)
        return entry.board

    def oldest_load(self, keys: Iterable[BoardKey]) -> float:
        """Returns when (monotonic) the oldest of these boards was read."""
        return min((self._entries[key].loaded_at for key in keys if key in self._entries), default=time.monotonic())

    def current_since(self, loaded_at: float) -> float:
        """Returns when (monotonic) what was read then, and has not been invalidated since, was last current."""
        return max(loaded_at, self._alive_at) if self._alive_at is not None and self.hears else loaded_at

    async def boards(self, tenant: str, keys: Sequence[BoardKey]) -> list[Board]:
        """Returns boards of a tenant, its users and the global scope, in the order asked for."""
        found = {key: self.peek(key) for key in keys}
        missing = tuple(sorted(key for key, board in found.items() if board is None))
        READS.labels("table").inc(len(keys) - len(missing))
        if missing:
            task = self._loading.get(missing)
            if task is None:
                task = asyncio.create_task(self._load(tenant, missing))
                self._loading[missing] = task
                self._dirty[task] = set()
                task.add_done_callback(lambda done: self._loaded(missing, done))
            found.update({board.key: board for board in await asyncio.shield(task)})
        return [board for key in keys if (board := found[key]) is not None]

    def _loaded(self, keys: tuple[BoardKey, ...], task: asyncio.Task[list[Board]]) -> None:
        """Keeps what was loaded, but for what changed meanwhile."""
        del self._loading[keys]
        dirty = self._dirty.pop(task)
        if task.cancelled() or task.exception() is not None:
            return
        now = time.monotonic()
        for board in task.result():
            if board.key not in dirty:
                self._entries[board.key] = _Entry(board, now)
        while len(self._entries) > self._boards_max:
            self._entries.popitem(last=False)
        self.generation += 1
        ENTRIES.set(len(self._entries))

    async def _load(self, tenant: str, keys: tuple[BoardKey, ...]) -> list[Board]:
        found = await self._cache.get(keys)
        READS.labels("cache").inc(len(found))
        missing = [key for key in keys if key not in found]
        boards = list(found.values())
        if missing:
            stored = await self._source.read(tenant, missing)
            READS.labels("database").inc(len(stored))
            await self._cache.put(stored)
            boards += stored
        return boards
