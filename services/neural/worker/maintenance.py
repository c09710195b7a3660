"""What the tables need from time to time: partitions ahead of time, and an end to what is too old to matter."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.budget.controller import forget_spending
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "recommendation.sql")

EVERY = timedelta(hours=1)


async def upkeep_forever(database: Database) -> None:
    """Makes the partitions of coming months and forgets old spending; safe to run in several processes."""
    while True:
        async with database.transaction() as connection:
            await connection.execute(_SQL["ensure_partitions"])
        async with as_learner(database) as connection:
            await forget_spending(connection)
        await asyncio.sleep(EVERY.total_seconds())
