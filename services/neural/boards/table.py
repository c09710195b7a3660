"""Boards in the memory of the process, loaded from Redis or from the database."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

from kit.telemetry.metrics import Counter, Gauge
from neural.domain.model import Board, BoardKey

TTL_S = 30.0
"""Lifetime of an entry while changes are received."""
TTL_DISCONNECTED_S = 0.5
"""Lifetime of an entry while changes are not received."""
HEARTBEAT_TIMEOUT_S = 3.0
"""Time without a heartbeat after which changes count as not received."""

READS = Counter("radiant_neural_board_reads_total", "Boards read, by the place where they were found.", ["place"])
ENTRIES = Gauge("radiant_neural_table_boards", "Boards in the memory of the process.")


class SharedCache(Protocol):
    """A cache that all processes share."""

    async def get(self, keys: Sequence[BoardKey]) -> dict[BoardKey, Board]:
        """Returns the cached boards."""
        ...

    async def put(self, boards: Iterable[Board]) -> bool:
        """Stores boards that are newer than the cached ones."""
        ...


class BoardSource(Protocol):
    """The primary store of boards."""

    async def read(self, tenant: str, keys: Iterable[BoardKey]) -> list[Board]:
        """Returns all boards with the given keys, including empty ones."""
        ...


class _Entry:
    __slots__ = ("board", "loaded_at")

    def __init__(self, board: Board, loaded_at: float) -> None:
        self.board, self.loaded_at = board, loaded_at


class BoardTable:
    """A table of limited size. The least recently used entry is removed first."""

    def __init__(self, cache: SharedCache, source: BoardSource, boards_max: int) -> None:
        self._cache, self._source, self._boards_max = cache, source, boards_max
        self._entries: OrderedDict[BoardKey, _Entry] = OrderedDict()
        self._loading: dict[tuple[BoardKey, ...], asyncio.Task[list[Board]]] = {}
        self._changed_while_loading: dict[asyncio.Task[list[Board]], set[BoardKey]] = {}
        self._heartbeat_at: float | None = None
        self.generation = 0
        """Incremented whenever an entry may have changed."""

    @property
    def is_receiving_changes(self) -> bool:
        """Whether the last heartbeat of the change listener is recent."""
        return self._heartbeat_at is not None and time.monotonic() - self._heartbeat_at < HEARTBEAT_TIMEOUT_S

    def note_heartbeat(self) -> None:
        """Records that the change listener is connected."""
        self._heartbeat_at = time.monotonic()

    def note_disconnected(self) -> None:
        """Records that the change listener is disconnected."""
        self._heartbeat_at = None
        self.generation += 1

    def invalidate(self, keys: Iterable[BoardKey]) -> None:
        """Removes boards that changed."""
        self.generation += 1
        for key in keys:
            self._entries.pop(key, None)
            for changed in self._changed_while_loading.values():
                changed.add(key)

    def clear(self) -> None:
        """Removes all boards."""
        self.generation += 1
        self._entries.clear()
        for keys, task in self._loading.items():
            self._changed_while_loading.get(task, set()).update(keys)

    def ttl_s(self) -> float:
        """Returns the lifetime of an entry in seconds."""
        return TTL_S if self.is_receiving_changes else TTL_DISCONNECTED_S

    def peek(self, key: BoardKey) -> Board | None:
        """Returns a board from memory, or None if it is missing or expired."""
        entry = self._entries.get(key)
        if entry is None or time.monotonic() - entry.loaded_at > self.ttl_s():
            return None
        self._entries.move_to_end(key)
        return entry.board

    def oldest_load(self, keys: Iterable[BoardKey]) -> float:
        """Returns the monotonic time at which the oldest of these boards was loaded."""
        return min((self._entries[key].loaded_at for key in keys if key in self._entries), default=time.monotonic())

    def current_since(self, loaded_at: float) -> float:
        """Returns the monotonic time up to which an entry loaded at `loaded_at`, and not invalidated, is current."""
        if self._heartbeat_at is not None and self.is_receiving_changes:
            return max(loaded_at, self._heartbeat_at)
        return loaded_at

    async def boards(self, tenant: str, keys: Sequence[BoardKey]) -> list[Board]:
        """Returns boards of a tenant, its users and the global scope, in the order of the keys."""
        found = {key: self.peek(key) for key in keys}
        missing = tuple(sorted(key for key, board in found.items() if board is None))
        READS.labels("table").inc(len(keys) - len(missing))
        if missing:
            task = self._loading.get(missing)
            if task is None:
                task = asyncio.create_task(self._load(tenant, missing))
                self._loading[missing] = task
                self._changed_while_loading[task] = set()
                task.add_done_callback(lambda done: self._store_loaded(missing, done))
            found.update({board.key: board for board in await asyncio.shield(task)})
        return [board for key in keys if (board := found[key]) is not None]

    def _store_loaded(self, keys: tuple[BoardKey, ...], task: asyncio.Task[list[Board]]) -> None:
        """Stores loaded boards, except those that changed while they were loaded."""
        del self._loading[keys]
        changed = self._changed_while_loading.pop(task)
        if task.cancelled() or task.exception() is not None:
            return
        now = time.monotonic()
        for board in task.result():
            if board.key not in changed:
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
