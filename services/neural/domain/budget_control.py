"""Controller that keeps a daily budget by the weight of cost in the ranking of models.

The cost weight is the dual price of the budget (adaptive pacing: Balseiro and Gur, "Learning in Repeated Auctions with
Budgets", Management Science 65(9), 2019; in its mirror-descent form: Balseiro, Lu and Mirrokni, "The Best of Many
Worlds", Operations Research 71(1), 2023). The target rate is the remaining budget, spread evenly over the rest of the
UTC day. The weight rises while the rate of spending of the last minutes exceeds the target, and falls while it is
below. The target depends on the remaining budget, so earlier errors are corrected: the spending of a day converges to
the budget if any weight can achieve it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
RATE_TIME_CONSTANT_S = 900.0
"""Time constant of the moving average of the rate of spending."""
STEP_MAX_S = 60.0
"""Longest time between two updates for which the weight changes proportionally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """State of a tenant's budget controller."""

    steady_weight: float = 0.0
    """In [0, 1]. A new day starts with it."""
    is_exhausted: bool = False
    """Whether the budget of the day is spent."""
    spent: float = 0.0
    """Spending on the day of `updated_at`, in US dollars."""
    rate: float = 0.0
    """Moving average of the rate of spending, in US dollars per second."""
    updated_at: datetime

    @property
    def cost_weight(self) -> float:
        """The effective weight in [0, 1]: 1 from the exhaustion of the budget to the end of the day."""
        return 1.0 if self.is_exhausted else self.steady_weight


def start_of_day(moment: datetime) -> datetime:
    """Returns the start of the UTC day of a moment given in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def next_state(state: BudgetState, budget: float, spent: float, now: datetime, gain: float) -> BudgetState:
    """Returns the state at `now`.

    `budget` is the daily budget and `spent` the spending of the current day, both in US dollars. `gain` is the largest
    change of the weight per hour. Of a state from another day, only the steady weight and the rate are used. A state
    that is not older than `now` is returned unchanged.
    """
    start = start_of_day(now)
    seconds = (now - max(state.updated_at, start)).total_seconds()
    if seconds <= 0 and state.updated_at >= start:
        return state
    before = state.spent if state.updated_at >= start else 0.0
    rate = state.rate
    if seconds > 0:
        rate += -math.expm1(-seconds / RATE_TIME_CONSTANT_S) * (max(spent - before, 0.0) / seconds - rate)
    target = max(budget - spent, 0.0) / (start + DAY - now).total_seconds()
    surplus = min(rate / target - 1, 1.0) if target > 0 else 1.0
    weight = state.steady_weight + gain * min(seconds, STEP_MAX_S) / 3600 * surplus
    return BudgetState(
        steady_weight=min(max(weight, 0.0), 1.0), is_exhausted=spent >= budget, spent=spent, rate=rate, updated_at=now
    )
