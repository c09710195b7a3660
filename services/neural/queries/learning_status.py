"""Queries for the state of learning and for trust scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.model import ScoreVersion
from neural.nightly.history import read_last_run
from neural.store.access import LEARNER
from neural.store.versions import live_and_building

_SQL = load_queries("neural", "queries.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningStatus:
    """Progress of learning."""

    queued: int
    """Units in the queue."""
    lag_ms: float
    """Age of the oldest queued unit."""
    learned: int
    """Units in the live version."""
    version: ScoreVersion
    last_run: asyncpg.Record | None


async def learning_status(database: Database, tenant: str) -> LearningStatus:
    """Returns the state of learning of one tenant or, for an empty tenant, of all."""
    async with database.as_role(LEARNER) as connection:
        version, _ = await live_and_building(connection)
        queue = await connection.fetchrow(_SQL["queue_state"], tenant)
        assert queue is not None  # noqa: S101 - an aggregate query always returns one row
        return LearningStatus(
            queued=queue["units"],
            lag_ms=queue["lag_ms"],
            learned=await connection.fetchval(_SQL["count_learned"], version.number, tenant),
            version=version,
            last_run=await read_last_run(connection),
        )


async def trust_scores(
    database: Database, tenant: str, outliers_only: bool, after: tuple[float, str], limit: int
) -> Sequence[asyncpg.Record]:
    """Returns trust scores after a position, given as (trust, user), lowest trust first."""
    async with database.tenant(tenant) as connection:
        rows: Sequence[asyncpg.Record] = await connection.fetch(
            _SQL["trust_scores"], tenant, outliers_only, *after, limit
        )
    return rows
