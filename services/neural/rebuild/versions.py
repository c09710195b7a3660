"""Versions of the scores: the live one, the one that a rebuild makes, the first one ever."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

from kit.errors import Unavailable
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.model import LearningMode
from neural.learning.apply import Version

_SQL = load_queries("neural", "learning.sql")


@contextlib.asynccontextmanager
async def as_learner(database: Database) -> AsyncIterator[Connection]:
    """Gives a transaction that may touch the rows of all tenants."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["become_learner"])
        yield connection


async def live_and_building(connection: Connection) -> tuple[Version, Version | None]:
    """Returns the live version and the one that is being built; raises Unavailable before the first one exists."""
    found = {
        row["state"]: Version(
            number=row["version"],
            mode=LearningMode(row["mode"]),
            half_life=timedelta(seconds=row["half_life_seconds"]),
        )
        for row in await connection.fetch(_SQL["versions"])
    }
    if "live" not in found:
        raise Unavailable("No version of the scores exists yet.", reason="NO_SCORES")
    return found["live"], found.get("building")


async def create_version(
    connection: Connection, state: str, mode: LearningMode, half_life: timedelta, run_id: str, units: int
) -> Version:
    """Makes a version and the place for its rows; one that is being built is joined to the others when it is filled."""
    seconds = half_life.total_seconds()
    number = await connection.fetchval(_SQL["create_version"], state, mode.value, seconds, run_id, units)
    await connection.execute(_SQL["create_tables" if state == "building" else "create_partitions"], number)
    return Version(number=number, mode=mode, half_life=half_life)


async def ensure_live_version(database: Database, mode: LearningMode, half_life: timedelta) -> Version:
    """Returns the live version; makes the first one, with these parameters, if there is none."""
    async with as_learner(database) as connection:
        await connection.execute(_SQL["lock_first_version"])
        try:
            live, _ = await live_and_building(connection)
        except Unavailable:
            live = await create_version(connection, "live", mode, half_life, str(uuid4()), 0)
        return live
