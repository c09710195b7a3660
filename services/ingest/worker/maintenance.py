"""What the tables need from time to time: partitions ahead of time, old answers gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")
_ASKING = load_queries("ingest", "surveys.sql")

EVERY = timedelta(minutes=10)
ROWS_A_ROUND = 10_000


async def upkeep_forever(database: Database) -> None:
    """Makes partitions, removes answers older than a day and asks older than 30; safe to run in several processes."""
    while True:
        async with database.transaction() as connection:
            await connection.execute(_SQL["ensure_partitions"])
        for purge in (_SQL["purge_answers"], _ASKING["purge_asks"]):
            removed = ROWS_A_ROUND
            while removed == ROWS_A_ROUND:
                async with database.transaction() as connection:
                    removed = await connection.fetchval(purge, ROWS_A_ROUND)
        await asyncio.sleep(EVERY.total_seconds())
