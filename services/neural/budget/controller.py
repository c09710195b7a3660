"""What outputs cost, counted as they are learned, and the pacers of the budgets, moved as time goes by."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.budget_control import Pace, day_of, paced
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "budget.sql")

EVERY = timedelta(seconds=10)
SLACK = timedelta(seconds=1)
"""A pacer is due so much before its time, lest processes that look at the same moments miss it by a hair."""
PACERS_A_TURN = 500


async def count_spending(connection: Connection, tenants: Sequence[str], outputs: Sequence[str]) -> None:
    """Adds what outputs cost to the spending, in the transaction that takes them off the queue.

    An output counts once, however often it is queued: its mark is written in the same statement.
    """
    await connection.execute(_SQL["count_spending"], tenants, outputs)


async def forget_spending(connection: Connection) -> None:
    """Removes marks and spending of outputs that are too old to matter."""
    await connection.execute(_SQL["forget_counted"])
    await connection.execute(_SQL["forget_spending"])


class Pacers:
    """Moves the pacers of all tenants with a budget; processes share them."""

    def __init__(self, database: Database, gain: float) -> None:
        """`gain` is the most that a weight moves in an hour."""
        self._database, self._gain = database, gain

    async def run_forever(self) -> None:
        """Moves every pacer each ten seconds."""
        while True:
            while await self.step() == PACERS_A_TURN:
                pass
            await asyncio.sleep(EVERY.total_seconds())

    async def step(self, now: datetime | None = None) -> int:
        """Moves pacers that are due and that nobody else moves; returns how many, at most 500."""
        now = now or datetime.now(UTC)
        async with as_learner(self._database) as connection:
            await connection.execute(_SQL["ensure_pacers"])
            due = await connection.fetch(_SQL["due_pacers"], day_of(now), now - EVERY + SLACK, PACERS_A_TURN)
            if due:
                moved = [self._moved(row, now) for row in due]
                await connection.execute(_SQL["move_pacers"], *(list(each) for each in zip(*moved, strict=True)), now)
        return len(due)

    def _moved(self, row: asyncpg.Record, now: datetime) -> tuple[str, float, float, float, float]:
        pace = Pace(steady_weight=row["steady_weight"], spent=row["spent"], rate=row["rate"], at=row["updated_at"])
        moved = paced(pace, row["daily_budget_usd"], row["spent_today"], now, self._gain)
        return row["tenant_id"], moved.cost_weight, moved.steady_weight, moved.spent, moved.rate


async def end_pacer(connection: Connection, tenant: str) -> None:
    """Forgets the pacer of a tenant whose budget ended."""
    await connection.execute(_SQL["end_pacer"], tenant)
