"""Learner: takes units of free shards from the queue and learns them in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kit.errors import Conflict
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter, Histogram
from neural.boards.queue import enqueue_boards, enqueue_boards_of_models, increment_revisions
from neural.budget.spending import count_outputs
from neural.domain.model import ScoreVersion, UnitKey
from neural.drift.recent_scores import update_recent_scores
from neural.learning.contributions import replace_contributions
from neural.learning.unit_facts import key_columns
from neural.store.access import LEARNER
from neural.store.locks import lock_free_shards
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "learning.sql")

LEARNED = Counter("radiant_neural_learned_units_total", "Units learned.")
ROUNDS = Histogram("radiant_neural_learning_seconds", "Duration of one transaction of the learner.")

QUEUE_ROWS_PER_STEP = 1000


class Learner:
    """Learns the units that ingest queued. Several processes can run at the same time."""

    def __init__(self, database: Database, on_boards_queued: Callable[[], None], poll_interval_s: float) -> None:
        """`on_boards_queued` is called when boards are queued for publication.

        `poll_interval_s` is the longest time between two reads of the queue without a wake-up.
        """
        self._database, self._on_boards_queued = database, on_boards_queued
        self._poll_interval_s = poll_interval_s
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Ends the pause of `run_forever`, because units may be queued."""
        self._work.set()

    async def run_forever(self) -> None:
        """Learns queued units."""
        while True:
            self._work.clear()
            with ROUNDS.time():
                taken = await self.step()
            if taken == 0:
                try:
                    async with asyncio.timeout(self._poll_interval_s):
                        await self._work.wait()
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Learns one batch and returns the number of queue rows. After a serialization conflict, returns 1."""
        try:
            async with self._database.as_role(LEARNER) as connection:
                taken, boards = await _learn_batch(connection)
        except Conflict:
            return 1
        if boards:
            self._on_boards_queued()
        return taken


async def _learn_batch(connection: Connection) -> tuple[int, int]:
    """Returns the number of queue rows and of changed boards."""
    shards = await lock_free_shards(connection)
    if not shards:
        return 0, 0
    rows = await connection.fetch(_SQL["dequeue_units"], shards, QUEUE_ROWS_PER_STEP)
    if not rows:
        return 0, 0
    units = {UnitKey(*row) for row in rows if row["user_id"]}
    outputs = sorted({(row["tenant_id"], row["output_id"]) for row in rows if not row["user_id"]})
    live, building = await live_and_building(connection)
    if unmatched := await connection.fetch(_SQL["units_to_match"], *key_columns(units)):
        await connection.execute(_SQL["match_units"], *key_columns(UnitKey(*row) for row in unmatched))
    if outputs:
        await _process_manifests(connection, live, outputs)
    replacement = await replace_contributions(connection, live, units)
    await update_recent_scores(connection, replacement.removed, replacement.added)
    await enqueue_boards(connection, live, replacement.boards)
    if building is not None and units:
        await connection.execute(_SQL["enqueue_rebuild"], building.number, *key_columns(units))
    LEARNED.inc(len(units))
    return len(rows), len(replacement.boards)


async def _process_manifests(connection: Connection, live: ScoreVersion, outputs: list[tuple[str, str]]) -> None:
    """Moves feedback under the aliases of the outputs to them, stores versions and costs of models, and queues the
    units of the outputs in the shards of their users.
    """
    tenants, names = [tenant for tenant, _ in outputs], [output for _, output in outputs]
    if named := await connection.fetch(_SQL["outputs_to_match"], tenants, names):
        columns = [[row[name] for row in named] for name in ("tenant_id", "output_id")]
        await connection.execute(_SQL["match_outputs"], *columns)
    rows = await connection.fetch(_SQL["register_versions"], tenants, names)
    moved = [(row["tenant_id"], row["model"]) for row in rows]
    if moved:
        await increment_revisions(connection, {tenant for tenant, _ in moved})
        await enqueue_boards_of_models(connection, live, moved)
    await count_outputs(connection, tenants, names)
    raters = await connection.fetch(_SQL["raters_of_outputs"], tenants, names)
    if raters:
        await connection.execute(_SQL["enqueue_units"], *key_columns(UnitKey(*row) for row in raters))
