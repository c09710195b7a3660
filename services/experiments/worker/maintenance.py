"""Hourly maintenance: deletes stored answers and old interim results."""

from __future__ import annotations

from datetime import timedelta

from experiments.results.interim import InterimResults
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("experiments", "maintenance.sql")

INTERVAL = timedelta(hours=1)


async def maintain(database: Database, interim_results: InterimResults) -> None:
    """Deletes stored answers older than a day and most of the old interim results. Can run in several processes."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["delete_old_answers"])
    await interim_results.delete_old()
