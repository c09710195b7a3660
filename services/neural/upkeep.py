"""What the tables need from time to time: partitions ahead of time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "queries_recommending.sql")

EVERY = timedelta(hours=1)


async def upkeep_forever(database: Database) -> None:
    """Makes the partitions of coming months; safe to run in several processes."""
    while True:
        async with database.transaction() as connection:
            await connection.execute(_SQL["ensure_partitions"])
        await asyncio.sleep(EVERY.total_seconds())
