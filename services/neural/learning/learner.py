"""The learner: takes work of the shards that nobody else holds, and learns it in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kit.errors import Conflict
from kit.metrics import Counter, Histogram
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.budget.controller import count_spending
from neural.domain.model import BoardKey, UnitKey
from neural.drift.recent_scores import note_recent
from neural.learning.apply import Version, columns, replace_contributions
from neural.rebuild.versions import as_learner, live_and_building

_SQL = load_queries("neural", "learning.sql")

LEARNED = Counter("radiant_neural_learned_units_total", "Units learned.")
ROUNDS = Histogram("radiant_neural_learning_seconds", "Duration of one transaction of the learner.")

BATCH = 1000
"""Rows of the queue in one transaction."""


class Learner:
    """Learns what ingest queued, as long as there is any."""

    def __init__(self, database: Database, published: Callable[[], None], idle_s: float) -> None:
        """`published` is called when boards wait for the cache; `idle_s` is the longest pause without a wake-up."""
        self._database, self._published, self._idle_s = database, published, idle_s
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Notes that there may be work."""
        self._work.set()

    async def run_forever(self) -> None:
        """Learns, and pauses when there is nothing to learn."""
        while True:
            self._work.clear()
            with ROUNDS.time():
                taken = await self.step()
            if taken == 0:
                try:
                    async with asyncio.timeout(self._idle_s):
                        await self._work.wait()
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Learns one batch and returns how many rows of the queue it took."""
        try:
            async with as_learner(self._database) as connection:
                taken, boards = await _learn(connection)
        except Conflict:
            return 1
        if boards:
            self._published()
        return taken


async def _learn(connection: Connection) -> tuple[int, int]:
    shards = [row["shard"] for row in await connection.fetch(_SQL["free_shards"])]
    if not shards:
        return 0, 0
    rows = await connection.fetch(_SQL["take_work"], shards, BATCH)
    if not rows:
        return 0, 0
    units = {UnitKey(*row) for row in rows if row["user_id"]}
    outputs = sorted({(row["tenant_id"], row["output_id"]) for row in rows if not row["user_id"]})
    live, building = await live_and_building(connection)
    if outputs:
        await _expand(connection, live, outputs)
    replaced = await replace_contributions(connection, live, units)
    await note_recent(connection, replaced.gone, replaced.come)
    await enqueue_boards(connection, live, replaced.boards)
    if building is not None and units:
        await connection.execute(_SQL["enqueue_rebuild"], building.number, *columns(units))
    LEARNED.inc(len(units))
    return len(rows), len(replaced.boards)


async def _expand(connection: Connection, live: Version, outputs: list[tuple[str, str]]) -> None:
    """Notes models' versions and costs, and hands what was said of the outputs to the shards of those who said it."""
    tenants, names = [tenant for tenant, _ in outputs], [output for _, output in outputs]
    moved = [tuple(row) for row in await connection.fetch(_SQL["register_versions"], tenants, names)]
    if moved:
        await connection.execute(_SQL["bump_boards"], sorted({tenant for tenant, _ in moved}))
        models = [tenant for tenant, _ in moved], [model for _, model in moved]
        await connection.execute(_SQL["enqueue_boards_of_models"], live.number, *models)
    await count_spending(connection, tenants, names)
    raters = await connection.fetch(_SQL["raters_of_outputs"], tenants, names)
    if raters:
        await connection.execute(_SQL["enqueue_units"], *columns(UnitKey(*row) for row in raters))


async def enqueue_boards(connection: Connection, version: Version, boards: set[BoardKey]) -> None:
    """Notes boards for the cache, in the transaction that changed them."""
    if boards:
        keys = sorted(boards)
        await connection.execute(
            _SQL["enqueue_boards"],
            version.number,
            [key.tenant_id for key in keys],
            [key.user_id for key in keys],
            [key.task_type for key in keys],
            [key.domain_mode for key in keys],
        )
