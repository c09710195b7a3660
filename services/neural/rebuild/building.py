"""Fills a new version from the raw rows: slice by slice in SQL, each slice once, whoever takes it up again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.fixed_point import LANDMARK
from neural.domain.model import LearningMode
from neural.learning.apply import HEAVY_MIN, Version
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "rebuild.sql")

OUTPUTS_A_SLICE = 100_000
OUTPUTS_A_PART = 250_000
"""Parts divide the users; the sums of one part are made in memory."""
STATEMENT_SECONDS_MAX = 3600.0
_TABLES = ("unit_contributions", "neural_model_scores", "model_companions", "heavy_raters", "global_model_scores")
_POWERS_AHEAD = 64

Work = Callable[[Connection, asyncpg.Record], Awaitable[None]]


class Building:
    """Makes the rows of one version; every step may be broken off and taken up again."""

    def __init__(self, database: Database, version: Version, workers: int) -> None:
        """`workers` statements run at a time, each on a connection of its own."""
        self._database, self._version, self._workers = database, version, workers

    async def fill(self) -> None:
        """Reads what there is and joins the version to the others."""
        await self._all("units", self._contribute)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._index("unit_contributions"))
            group.create_task(self._all("cells", self._add_up))
        await self._all("tenants", self._add_up_tenants)
        for table in _TABLES:
            await self._index(table)
        async with as_learner(self._database) as connection:
            await self._execute(connection, "attach", self._version.number)

    async def _all(self, kind: str, work: Work) -> None:
        """Does what is open of a kind, each slice in a transaction of its own that also closes it."""
        async with as_learner(self._database) as connection:
            waiting = list(await connection.fetch(_SQL["open_slices"], self._version.number, kind))
        waiting.reverse()

        async def run() -> None:
            while waiting:
                row = waiting.pop()
                async with as_learner(self._database) as connection:
                    await connection.fetch(_SQL["whole_tables"])
                    await work(connection, row)
                    await connection.execute(_SQL["close_slice"], self._version.number, kind, row["slice"])

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._workers, len(waiting))):
                group.create_task(run())

    async def _contribute(self, connection: Connection, row: asyncpg.Record) -> None:
        bounds = [row[name] for name in ("after_tenant", "after_output", "until_tenant", "until_output")]
        half_life = self._version.half_life
        counted = self._version.mode is LearningMode.RUNNING_MEAN
        values = float(half_life / timedelta(microseconds=1)), counted, _powers(half_life)
        done = await self._execute(connection, "contribute", *bounds, *values)
        await connection.execute(_SQL["slice_progress"], self._version.number, int(done.rpartition(" ")[2]))

    async def _add_up(self, connection: Connection, row: asyncpg.Record) -> None:
        parts = await connection.fetchval(_SQL["parts"], self._version.number)
        await self._execute(connection, "add_up", row["slice"], parts, HEAVY_MIN)

    async def _add_up_tenants(self, connection: Connection, _: asyncpg.Record) -> None:
        await self._execute(connection, "add_up_tenants")
        await self._execute(connection, "add_up_companions")
        await connection.execute(_SQL["forget_partials"], self._version.number)

    async def _index(self, table: str) -> None:
        async with as_learner(self._database) as connection:
            await connection.fetch(_SQL["whole_tables"])
            await self._execute(connection, "index_table", self._version.number, table)

    async def _execute(self, connection: Connection, name: str, *values: object) -> str:
        query = _SQL[name].replace("{version}", str(self._version.number))
        return await connection.execute(query, *values, timeout=STATEMENT_SECONDS_MAX)


async def plan(connection: Connection, version: Version, outputs: int) -> None:
    """Divides the work of a new version, in the transaction that makes it."""
    parts = 1 << max(math.ceil(math.log2(max(outputs, 1) / OUTPUTS_A_PART)), 0)
    await connection.fetch(_SQL["whole_tables"])
    values = version.number, OUTPUTS_A_SLICE, parts
    await connection.execute(_SQL["plan_slices"], *values, timeout=STATEMENT_SECONDS_MAX)


def _powers(half_life: timedelta) -> Sequence[int]:
    """Returns the powers of two that weights of units up to now, and some time after, are multiplied with."""
    most = math.floor((datetime.now(UTC) - LANDMARK) / half_life)
    return [1 << exponent for exponent in range(most + _POWERS_AHEAD)]
