"""What the tables need from time to time: old answers gone, old looks thinned."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from experiments.results.interim import Looks
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("experiments", "experiments.sql")

EVERY = timedelta(hours=1)


async def upkeep_forever(database: Database, looks: Looks) -> None:
    """Removes answers older than a day and thins old looks; safe to run in several processes."""
    while True:
        async with database.transaction() as connection:
            await connection.execute(_SQL["purge_answers"])
        await looks.thin()
        await asyncio.sleep(EVERY.total_seconds())
