"""Hourly maintenance: creates partitions and deletes old spending."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from kit.postgres.pool import Database
from neural.budget.spending import delete_old_spending
from neural.recommendation.decision_log import ensure_partitions
from neural.store.transactions import as_learner

INTERVAL = timedelta(hours=1)


async def run_maintenance(database: Database) -> None:
    """Runs the maintenance every hour. Several processes can run it at the same time."""
    while True:
        await ensure_partitions(database)
        async with as_learner(database) as connection:
            await delete_old_spending(connection)
        await asyncio.sleep(INTERVAL.total_seconds())
