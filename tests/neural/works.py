"""Learner, publisher and rebuild on real servers, stepped by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from kit.postgres.pool import Database, PostgresSettings, open_database
from kit.redis.client import open_redis
from neural.boards.cache import BoardCache
from neural.boards.publisher import Publisher
from neural.boards.store import BoardStore
from neural.boards.table import BoardTable
from neural.domain.cells import COUNTS, SUMS, cell_deltas
from neural.domain.constraints import Demand
from neural.domain.model import BoardKey, UnitKey
from neural.domain.scoring import contribution_of
from neural.domain.shrinkage import Estimate
from neural.learning.apply import Version, read_facts
from neural.learning.learner import Learner
from neural.queries.tenant_settings import Change, TenantSettings
from neural.rebuild.rebuild import Rebuild
from neural.rebuild.versions import as_learner, ensure_live_version, live_and_building
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.recommender import Recommender
from neural.settings import LearningSettings, RecommendSettings
from tests.neural.world import World
from tests.support.servers import url_as

Cells = dict[tuple[str | int, ...], tuple[int, ...]]

_NAMES = ("tenant_id", "user_id", "task_type", "domain_mode", "model", "model_version", "epoch")
_CELLS = f"SELECT * FROM neural.neural_model_scores WHERE version = $1 AND ({' + '.join(SUMS + COUNTS)}) <> 0"


def quiet() -> None:
    """Wakes nobody."""


@dataclass(frozen=True)
class Works:
    """The parts of the service that learn, and a world to learn from."""

    world: World
    database: Database
    database_url: str
    cache: BoardCache
    settings: LearningSettings
    learner: Learner
    publisher: Publisher
    rebuild: Rebuild

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Reads as the superuser."""
        return list(await self.world.connection.fetch(query, *values))

    async def number(self, query: str, *values: object) -> int:
        """Reads one number as the superuser."""
        return int((await self.rows(query, *values))[0][0])

    async def waiting(self) -> int:
        """Returns how much work waits."""
        return await self.number("SELECT count(*) FROM ingest.learn_queue")

    async def learn(self) -> None:
        """Learns all there is."""
        while await self.learner.step():
            pass

    async def publish(self) -> None:
        """Learns and publishes all there is."""
        await self.learn()
        while await self.publisher.step():
            pass

    async def live(self) -> Version:
        """Returns the live version."""
        async with as_learner(self.database) as connection:
            return (await live_and_building(connection))[0]

    async def cells(self) -> Cells:
        """Returns every cell of the live version that holds anything, as it is stored."""
        return {
            tuple(row[name] for name in _NAMES): tuple(int(row[name]) for name in SUMS + COUNTS)
            for row in await self.rows(_CELLS, (await self.live()).number)
        }

    async def from_scratch(self) -> Cells:
        """Returns the cells that the raw rows give, computed here."""
        async with as_learner(self.database) as connection:
            live, _ = await live_and_building(connection)
            units = await connection.fetch("SELECT tenant_id, output_id, user_id FROM ingest_api_v1.units")
            facts = await read_facts(connection, [UnitKey(*row) for row in units])
        found = [contribution_of(each, live.mode, live.half_life) for each in facts]
        deltas = cell_deltas([], [each for each in found if each is not None])
        return {tuple(key): tuple(delta) for key, delta in deltas.items()}

    async def board(self, user: str = "", tenant: str = "acme", task: str = "chat", domain: str = "general") -> Any:
        """Reads one board from the database."""
        store = BoardStore(self.database, self.settings.carry_over)
        (board,) = await store.read(tenant, [BoardKey(tenant, user, task, domain)])
        return board

    def table(self, boards_max: int = 1000) -> BoardTable:
        """Returns a table of boards as a fresh process has it."""
        return BoardTable(self.cache, BoardStore(self.database, self.settings.carry_over), boards_max)

    def recommender(self, table: BoardTable | None = None) -> Recommender:
        """Returns a recommender as a fresh process has it."""
        return Recommender(table or self.table(), DecisionLog(self.database, 1000), RecommendSettings())

    async def estimates(self, tenant: str = "acme", user: str = "", **demand: Any) -> dict[str, Estimate]:
        """Returns what a fresh process believes of each candidate."""
        wanted = Demand(user_id=user, **{"task_type": "chat", "domain_mode": "general", **demand})
        prepared = await self.recommender().prepare(tenant, wanted)
        return {each.estimate.model: each.estimate for each in prepared.ranking.candidates}

    async def takes_part(self, tenant: str, taking_part: bool = True) -> None:
        """Switches a tenant's part in the global scope on or off."""
        change = Change(
            tenant_id=tenant,
            request_id=str(uuid4()),
            fingerprint=b"f",
            global_learning=taking_part,
            answer=b"",
        )
        await TenantSettings(self.database, self.publisher.wake).change(change)

    def another(self, **settings: Any) -> Rebuild:
        """Returns the rebuild of a process with other settings."""
        return Rebuild(self.database, replace(self.settings, **settings), quiet)


@contextlib.asynccontextmanager
async def works(database_url: str, redis_url: str, **settings: Any) -> AsyncIterator[Works]:
    """Opens everything on a database and a Redis."""
    learning = LearningSettings(**settings)
    postgres = PostgresSettings(
        url=url_as("radiant_neural", database_url),
        application_name="works",
        connections_max=6,
        statement_timeout=timedelta(seconds=15),
    )
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(postgres))
        cache = BoardCache(await stack.enter_async_context(open_redis(redis_url)))
        connection = await asyncpg.connect(database_url)
        stack.push_async_callback(connection.close)
        await ensure_live_version(database, learning.mode, learning.half_life)
        publisher = Publisher(database, cache, learning)
        learner = Learner(database, quiet, 0.05)
        rebuild = Rebuild(database, learning, publisher.suspect)
        yield Works(World(connection), database, database_url, cache, learning, learner, publisher, rebuild)
