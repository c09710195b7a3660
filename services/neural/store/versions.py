"""Versions of the scores: the live version, the version that a rebuild builds, and the first version."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from kit.errors import Unavailable
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.model import LearningMode, ScoreVersion
from neural.store.access import LEARNER

_SQL = load_queries("neural", "store.sql")


async def live_and_building(connection: Connection) -> tuple[ScoreVersion, ScoreVersion | None]:
    """Returns the live version and the version that is being built. Raises Unavailable if no version is live."""
    versions = {
        row["state"]: ScoreVersion(
            number=row["version"],
            mode=LearningMode(row["mode"]),
            half_life=timedelta(seconds=row["half_life_seconds"]),
        )
        for row in await connection.fetch(_SQL["versions"])
    }
    if "live" not in versions:
        raise Unavailable("No version of the scores exists. Wait until the service has started.", reason="NO_SCORES")
    return versions["live"], versions.get("building")


async def create_version(
    connection: Connection, state: str, mode: LearningMode, half_life: timedelta, run_id: str, units: int
) -> ScoreVersion:
    """Creates a version and its tables. The tables of a version in state "building" are not attached yet."""
    seconds = half_life.total_seconds()
    number = await connection.fetchval(_SQL["create_version"], state, mode.value, seconds, run_id, units)
    await connection.execute(_SQL["create_tables" if state == "building" else "create_partitions"], number)
    return ScoreVersion(number=number, mode=mode, half_life=half_life)


async def ensure_live_version(database: Database, mode: LearningMode, half_life: timedelta) -> ScoreVersion:
    """Returns the live version. Creates the first version, with the given parameters, if none exists."""
    async with database.as_role(LEARNER) as connection:
        await connection.execute(_SQL["lock_first_version"])
        try:
            live, _ = await live_and_building(connection)
        except Unavailable:
            live = await create_version(connection, "live", mode, half_life, str(uuid4()), 0)
        return live
