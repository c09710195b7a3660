"""Watch streams: all rankings of a tenant first, then changes, with heartbeats in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Gauge
from kit.tenant_slots import TenantSlots
from neural.domain.constraints import RankingRequest
from neural.domain.model import ANY, BoardKey, Strategy
from neural.recommendation.ranking import Ranking
from neural.recommendation.recommender import Recommender

_SQL = load_queries("neural", "recommendation.sql")

ENTRIES_MAX = 50_000
"""Entries of one stream. Further contexts are only available by unary calls."""
ENTRIES_PER_PART = 200
BATCH_DELAY_S = 0.05
"""Time in which changes are collected before they are sent."""
HEARTBEAT_INTERVAL_S = 10.0
REFRESH_INTERVAL_S = 60.0
"""Time after which all entries are sent again, because feedback in other contexts changes estimates."""
WATCHERS_MAX, WATCHERS_PER_TENANT_MAX = 2000, 1000

WATCHERS = Gauge("radiant_neural_watchers", "Open watch streams.")

ContextKey = tuple[str, str, str]
"""User, task and domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFilter:
    """Selects the entries of a stream."""

    tenant_id: str
    user_ids: frozenset[str]
    task_types: frozenset[str]
    """Empty for all task types."""
    strategy: Strategy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """A part of the entries; without entries, a heartbeat."""

    rankings: Sequence[tuple[str, Ranking]]
    """User ID and ranking of each entry."""
    is_complete: bool
    """Whether this is the last part of a snapshot or of a set of changes."""
    version: int


@dataclass(eq=False)
class _Watcher:
    selected: WatchFilter
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    pending: set[ContextKey] = field(default_factory=set)
    needs_refresh: bool = False

    def notify(self, keys: Sequence[BoardKey] | None) -> None:
        """Adds the changed boards that the stream contains. None stands for all boards."""
        selected = self.selected
        if keys is None:
            self.needs_refresh = True
            self.changed.set()
            return
        for key in keys:
            if selected.task_types and key.task_type != ANY and key.task_type not in selected.task_types:
                continue
            context = (key.task_type, key.domain_mode)
            if key.tenant_id == selected.tenant_id and key.user_id in selected.user_ids:
                self.pending.add((key.user_id, *context))
            elif key.user_id == ANY and key.tenant_id in (selected.tenant_id, ANY):
                self.pending.add((ANY, *context))
        if self.pending:
            self.changed.set()


class WatchHub:
    """All open streams of the process."""

    def __init__(self, database: Database, recommender: Recommender) -> None:
        self._database, self._recommender = database, recommender
        self._watchers: set[_Watcher] = set()
        self._slots = TenantSlots("watch streams", WATCHERS_MAX, WATCHERS_PER_TENANT_MAX, reason="WATCHERS_FULL")

    def notify(self, keys: Sequence[BoardKey] | None) -> None:
        """Notifies all streams of changed boards. None stands for all boards."""
        for watcher in self._watchers:
            watcher.notify(keys)

    def refresh_tenant(self, tenant: str) -> None:
        """Sends all entries of a tenant's streams again, for example after a change of its budget weight."""
        for watcher in self._watchers:
            if watcher.selected.tenant_id == tenant:
                watcher.notify(None)

    @contextlib.contextmanager
    def _watching(self, selected: WatchFilter) -> Iterator[_Watcher]:
        with self._slots.hold(selected.tenant_id):
            watcher = _Watcher(selected)
            self._watchers.add(watcher)
            WATCHERS.inc()
            try:
                yield watcher
            finally:
                self._watchers.discard(watcher)
                WATCHERS.dec()

    async def watch(self, selected: WatchFilter) -> AsyncIterator[TablePart]:
        """Yields all entries, then changes. Raises Exhausted (WATCHERS_FULL) if too many streams are open."""
        with self._watching(selected) as watcher:
            known: set[ContextKey] = set()
            version = 0
            loop = asyncio.get_running_loop()
            refresh_at = 0.0
            while True:
                if watcher.needs_refresh or loop.time() >= refresh_at:
                    watcher.needs_refresh = False
                    watcher.pending.clear()
                    known = await self._contexts(selected)
                    refresh_at = loop.time() + REFRESH_INTERVAL_S
                    parts = self._parts(selected, sorted(known), version)
                else:
                    changed, watcher.pending = watcher.pending, set()
                    known |= changed
                    of_users = {
                        (user, *context[1:]) for context in changed if context[0] == ANY for user in selected.user_ids
                    }
                    parts = self._parts(selected, sorted(changed | (of_users & known)), version)
                async for part in parts:
                    version = part.version
                    yield part
                watcher.changed.clear()
                if watcher.needs_refresh or watcher.pending:
                    continue
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_INTERVAL_S):
                        await watcher.changed.wait()
                    await asyncio.sleep(BATCH_DELAY_S)

    async def _contexts(self, selected: WatchFilter) -> set[ContextKey]:
        async with self._database.tenant(selected.tenant_id) as connection:
            users, tasks = sorted(selected.user_ids), sorted(selected.task_types)
            rows = await connection.fetch(_SQL["feedback_contexts"], selected.tenant_id, users, tasks, ENTRIES_MAX)
        return {(row["user_id"], row["task_type"], row["domain_mode"]) for row in rows}

    async def _parts(
        self, selected: WatchFilter, contexts: Sequence[ContextKey], version: int
    ) -> AsyncIterator[TablePart]:
        """Yields rankings in parts, at least one part. The last part is marked as complete."""
        sent = 0
        while True:
            rankings = []
            for user, task, domain in contexts[sent : sent + ENTRIES_PER_PART]:
                request = RankingRequest(user_id=user, task_type=task, domain_mode=domain, strategy=selected.strategy)
                rankings.append((user, (await self._recommender.prepare(selected.tenant_id, request)).ranking))
            sent += ENTRIES_PER_PART
            version = max([version, *(ranking.version for _, ranking in rankings)])
            yield TablePart(rankings=rankings, is_complete=sent >= len(contexts), version=version)
            if sent >= len(contexts):
                return
