"""Periodic maintenance: creates coming partitions and purges stored responses and prompt decisions."""

from __future__ import annotations

from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")
_SURVEYS = load_queries("ingest", "surveys.sql")

INTERVAL = timedelta(minutes=10)
"""Time between two runs."""
BATCH_SIZE = 10_000


async def maintain(database: Database) -> None:
    """Creates partitions, and deletes responses older than a day and prompt decisions older than 30 days.

    Safe to run in several processes.
    """
    async with database.transaction() as connection:
        await connection.execute(_SQL["ensure_partitions"])
    for purge in (_SQL["purge_responses"], _SURVEYS["purge_decisions"]):
        deleted = BATCH_SIZE
        while deleted == BATCH_SIZE:
            async with database.transaction() as connection:
                deleted = await connection.fetchval(purge, BATCH_SIZE)
