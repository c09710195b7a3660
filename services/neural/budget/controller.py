"""Budget controller: updates the cost weights of tenants with a daily budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.budget_control import BudgetState, next_state, start_of_day
from neural.store.access import LEARNER

_SQL = load_queries("neural", "budget.sql")

INTERVAL = timedelta(seconds=10)
DUE_TOLERANCE = timedelta(seconds=1)
"""A state is due up to 1 s early, so that two processes on the same schedule do not skip an interval."""
TENANTS_PER_STEP = 500


class BudgetController:
    """Updates the states of all tenants with a budget. Several processes can run at the same time."""

    def __init__(self, database: Database, gain: float) -> None:
        """`gain` is the largest change of a weight per hour."""
        self._database, self._gain = database, gain

    async def update_all(self) -> None:
        """Updates all due states."""
        while await self.step() == TENANTS_PER_STEP:
            pass

    async def step(self, now: datetime | None = None) -> int:
        """Updates due states that no other process has locked. Returns their number, at most 500."""
        now = now or datetime.now(UTC)
        due_before = now - INTERVAL + DUE_TOLERANCE
        async with self._database.as_role(LEARNER) as connection:
            await connection.execute(_SQL["ensure_budget_states"])
            due = await connection.fetch(_SQL["due_budget_states"], start_of_day(now), due_before, TENANTS_PER_STEP)
            if due:
                rows = [self._updated_row(row, now) for row in due]
                await connection.execute(
                    _SQL["update_budget_states"], *(list(each) for each in zip(*rows, strict=True)), now
                )
        return len(due)

    def _updated_row(self, row: asyncpg.Record, now: datetime) -> tuple[str, float, float, float, float]:
        state = BudgetState(
            steady_weight=row["steady_weight"], spent=row["spent"], rate=row["rate"], updated_at=row["updated_at"]
        )
        state = next_state(state, row["daily_budget_usd"], row["spent_today"], now, self._gain)
        return row["tenant_id"], state.cost_weight, state.steady_weight, state.spent, state.rate


async def delete_budget_state(connection: Connection, tenant: str) -> None:
    """Deletes the controller state of a tenant without a budget."""
    await connection.execute(_SQL["delete_budget_state"], tenant)
