"""Fills a new version of the scores from the raw rows, in slices that can be resumed after an interruption."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.fixed_point import LANDMARK
from neural.domain.model import LearningMode, ScoreVersion
from neural.domain.trust.rater_trust import TRUST_NEUTRAL
from neural.learning.contributions import HEAVY_RATER_UNITS_MIN
from neural.store.access import LEARNER
from neural.store.bulk import STATEMENT_TIMEOUT_S, configure_bulk_statements

_SQL = load_queries("neural", "rebuild.sql")

OUTPUTS_PER_SLICE = 100_000
OUTPUTS_PER_PART = 250_000
"""Outputs per part of the users. The sums of one part are computed in memory."""
_TABLES = ("unit_contributions", "neural_model_scores", "model_companions", "heavy_raters", "global_model_scores")
_POWERS_AHEAD = 64

SliceWork = Callable[[Connection, asyncpg.Record], Awaitable[None]]


class VersionBuilder:
    """Creates the rows of one version. Every step can be interrupted and repeated."""

    def __init__(self, database: Database, version: ScoreVersion, workers: int) -> None:
        """`workers` is the number of parallel statements, each on its own connection."""
        self._database, self._version, self._workers = database, version, workers

    async def fill(self) -> None:
        """Reads all raw rows and attaches the tables of the version."""
        async with self._database.as_role(LEARNER) as connection:
            await configure_bulk_statements(connection)
            await connection.execute(_SQL["fill_version_ends"], timeout=STATEMENT_TIMEOUT_S)
        await self._process_slices("units", self._insert_contributions)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._index("unit_contributions"))
            group.create_task(self._process_slices("cells", self._insert_user_cells))
        await self._process_slices("tenants", self._insert_tenant_cells)
        for table in _TABLES:
            await self._index(table)
        async with self._database.as_role(LEARNER) as connection:
            await self._execute(connection, "attach_tables", self._version.number)

    async def _process_slices(self, kind: str, work: SliceWork) -> None:
        """Processes the open slices of a kind. One transaction does the work of a slice and closes the slice."""
        async with self._database.as_role(LEARNER) as connection:
            remaining = list(await connection.fetch(_SQL["open_slices"], self._version.number, kind))
        remaining.reverse()

        async def run() -> None:
            while remaining:
                row = remaining.pop()
                async with self._database.as_role(LEARNER) as connection:
                    await configure_bulk_statements(connection)
                    await work(connection, row)
                    await connection.execute(_SQL["close_slice"], self._version.number, kind, row["slice"])

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._workers, len(remaining))):
                group.create_task(run())

    async def _insert_contributions(self, connection: Connection, row: asyncpg.Record) -> None:
        bounds = [row[name] for name in ("after_tenant", "after_output", "until_tenant", "until_output")]
        half_life = self._version.half_life
        is_running_mean = self._version.mode is LearningMode.RUNNING_MEAN
        values = float(half_life / timedelta(microseconds=1)), is_running_mean, _powers_of_two(half_life), TRUST_NEUTRAL
        status = await self._execute(connection, "insert_contributions", *bounds, *values)
        await connection.execute(_SQL["add_progress"], self._version.number, int(status.rpartition(" ")[2]))

    async def _insert_user_cells(self, connection: Connection, row: asyncpg.Record) -> None:
        parts = await connection.fetchval(_SQL["count_parts"], self._version.number)
        await self._execute(connection, "insert_user_cells", row["slice"], parts, HEAVY_RATER_UNITS_MIN)

    async def _insert_tenant_cells(self, connection: Connection, _: asyncpg.Record) -> None:
        await self._execute(connection, "insert_tenant_cells")
        await self._execute(connection, "insert_companions")
        await connection.execute(_SQL["delete_partials"], self._version.number)

    async def _index(self, table: str) -> None:
        async with self._database.as_role(LEARNER) as connection:
            await configure_bulk_statements(connection)
            await self._execute(connection, "index_table", self._version.number, table)

    async def _execute(self, connection: Connection, name: str, *values: object) -> str:
        query = _SQL[name].replace("{version}", str(self._version.number))
        return await connection.execute(query, *values, timeout=STATEMENT_TIMEOUT_S)


async def plan_slices(connection: Connection, version: ScoreVersion, outputs: int) -> None:
    """Divides the work of a new version into slices, in the transaction that creates the version."""
    parts = 1 << max(math.ceil(math.log2(max(outputs, 1) / OUTPUTS_PER_PART)), 0)
    await configure_bulk_statements(connection)
    values = version.number, OUTPUTS_PER_SLICE, parts
    await connection.execute(_SQL["plan_slices"], *values, timeout=STATEMENT_TIMEOUT_S)


def _powers_of_two(half_life: timedelta) -> Sequence[int]:
    """Returns the powers of two by which the weights of units up to 64 half-lives from now are multiplied."""
    exponent_max = math.floor((datetime.now(UTC) - LANDMARK) / half_life)
    return [1 << exponent for exponent in range(exponent_max + _POWERS_AHEAD)]
