"""Streams of a tenant's table: first all of it, then every change, and signs of life."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from kit.errors import Exhausted
from kit.metrics import Gauge
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import Demand
from neural.domain.model import ANY, BoardKey, Strategy
from neural.recommendation.ranking import Ranking
from neural.recommendation.recommender import Recommender

_SQL = load_queries("neural", "boards.sql")

ENTRIES_MAX = 50_000
"""Entries of one stream; more contexts than that are left to calls."""
PART = 200
PAUSE_S = 0.05
"""Changes within it are sent together."""
LIFE_S = 10.0
REFRESH_S = 60.0
"""The whole table is looked through again after it, since feedback elsewhere moves estimates here, too."""
WATCHERS_MAX = 2000

WATCHERS = Gauge("radiant_neural_watchers", "Streams of the table that are open.")

Place = tuple[str, str, str]
"""User, task, domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What one stream is about."""

    tenant_id: str
    user_ids: frozenset[str]
    task_types: frozenset[str]
    """Empty for all."""
    strategy: Strategy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the table, or (empty) a sign of life."""

    rankings: Sequence[tuple[str, Ranking]]
    """By user."""
    complete: bool
    version: int


@dataclass(eq=False)
class _Watcher:
    interest: Interest
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    pending: set[Place] = field(default_factory=set)
    everything: bool = False

    def hear(self, keys: Sequence[BoardKey] | None) -> None:
        """Notes what of the changes concerns this stream."""
        wanted = self.interest
        if keys is None:
            self.everything = True
            self.changed.set()
            return
        for key in keys:
            if wanted.task_types and key.task_type != ANY and key.task_type not in wanted.task_types:
                continue
            context = (key.task_type, key.domain_mode)
            if key.tenant_id == wanted.tenant_id and key.user_id in wanted.user_ids:
                self.pending.add((key.user_id, *context))
            elif key.user_id == ANY and key.tenant_id in (wanted.tenant_id, ANY):
                self.pending.add((ANY, *context))
        if self.pending:
            self.changed.set()


class Hub:
    """Keeps all open streams and tells them of changes."""

    def __init__(self, database: Database, recommender: Recommender) -> None:
        self._database, self._recommender = database, recommender
        self._watchers: set[_Watcher] = set()

    def hear(self, keys: Sequence[BoardKey] | None) -> None:
        """Passes changed boards on; None means that all may have changed."""
        for watcher in self._watchers:
            watcher.hear(keys)

    def reprice(self, tenant: str) -> None:
        """Has a tenant's streams sent as a whole: what its budget asks for changed."""
        for watcher in self._watchers:
            if watcher.interest.tenant_id == tenant:
                watcher.hear(None)

    @contextlib.contextmanager
    def _watching(self, interest: Interest) -> Iterator[_Watcher]:
        if len(self._watchers) >= WATCHERS_MAX:
            raise Exhausted("Too many streams are open.", reason="WATCHERS_FULL")
        watcher = _Watcher(interest)
        self._watchers.add(watcher)
        WATCHERS.inc()
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            WATCHERS.dec()

    async def watch(self, interest: Interest) -> AsyncIterator[Part]:
        """Yields the table, then changes as they come; a new version of the scores is sent as a whole."""
        with self._watching(interest) as watcher:
            known: set[Place] = set()
            version = 0
            loop = asyncio.get_running_loop()
            refresh_at = 0.0
            while True:
                if watcher.everything or loop.time() >= refresh_at:
                    watcher.everything = False
                    watcher.pending.clear()
                    known = await self._places(interest)
                    refresh_at = loop.time() + REFRESH_S
                    parts = self._parts(interest, sorted(known), version)
                else:
                    places, watcher.pending = watcher.pending, set()
                    known |= places
                    own = {(user, *place[1:]) for place in places if place[0] == ANY for user in interest.user_ids}
                    parts = self._parts(interest, sorted(places | (own & known)), version)
                async for part in parts:
                    version = part.version
                    yield part
                watcher.changed.clear()
                if watcher.everything or watcher.pending:
                    continue
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LIFE_S):
                        await watcher.changed.wait()
                    await asyncio.sleep(PAUSE_S)

    async def _places(self, interest: Interest) -> set[Place]:
        async with self._database.tenant(interest.tenant_id) as connection:
            users, tasks = sorted(interest.user_ids), sorted(interest.task_types)
            rows = await connection.fetch(_SQL["contexts_of"], interest.tenant_id, users, tasks, ENTRIES_MAX)
        return {(row["user_id"], row["task_type"], row["domain_mode"]) for row in rows}

    async def _parts(self, interest: Interest, places: Sequence[Place], version: int) -> AsyncIterator[Part]:
        """Yields rankings in parts; the last says complete, and so does the only one of nothing."""
        sent = 0
        while True:
            rankings = []
            for user, task, domain in places[sent : sent + PART]:
                demand = Demand(user_id=user, task_type=task, domain_mode=domain, strategy=interest.strategy)
                rankings.append((user, (await self._recommender.prepare(interest.tenant_id, demand)).ranking))
            sent += PART
            version = max([version, *(ranking.version for _, ranking in rankings)])
            yield Part(rankings=rankings, complete=sent >= len(places), version=version)
            if sent >= len(places):
                return
