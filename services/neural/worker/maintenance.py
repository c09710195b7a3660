"""Hourly maintenance: creates partitions and deletes old spending."""

from __future__ import annotations

from datetime import timedelta

from kit.postgres.pool import Database
from neural.budget.spending import delete_old_spending
from neural.recommendation.decision_log import ensure_partitions
from neural.store.access import LEARNER

INTERVAL = timedelta(hours=1)


async def maintain(database: Database) -> None:
    """Runs the maintenance once. Several processes can run it at the same time."""
    await ensure_partitions(database)
    async with database.as_role(LEARNER) as connection:
        await delete_old_spending(connection)
