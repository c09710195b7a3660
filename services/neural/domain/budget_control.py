"""A day's budget kept by the weight that quality loses for cost. Pure.

The weight is the dual price of the budget, moved by what was spent against what may be spent: up while the spending of
the last minutes runs ahead of the budget that is left, spread evenly over the rest of the UTC day, and down while it
lags (adaptive pacing: Balseiro and Gur, "Learning in Repeated Auctions with Budgets", Management Science 65(9), 2019;
its mirror-descent form: Balseiro, Lu and Mirrokni, "The Best of Many Worlds", Operations Research 71(1), 2023). Since
the target is made of what is left, errors of the past correct themselves; what is spent over a day tends to the budget
wherever some weight spends it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
MEMORY_S = 900.0
"""The rate of spending is a mean over about so many last seconds."""
STEP_MAX_S = 60.0
"""A longer pause moves the weight no further than this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Where a tenant's spending stands."""

    steady_weight: float = 0.0
    """In [0, 1]; where a new day begins."""
    exhausted: bool = False
    """Whether nothing is left of the day's budget."""
    spent: float = 0.0
    """On the day of `at`, in US dollars."""
    rate: float = 0.0
    """In US dollars a second, lately."""
    at: datetime

    @property
    def cost_weight(self) -> float:
        """The weight in force: all of it from the end of the budget to the end of the day."""
        return 1.0 if self.exhausted else self.steady_weight


def day_of(moment: datetime) -> datetime:
    """Returns the beginning of a moment's UTC day; the moment is in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def paced(pace: Pace, budget: float, spent: float, now: datetime, gain: float) -> Pace:
    """Returns the next pace; `spent` is the day's spending so far and `gain` the most that the weight moves an hour.

    A pace of another day keeps its steady weight and begins anew otherwise. One from now or later stays as it is.
    """
    start = day_of(now)
    seconds = (now - max(pace.at, start)).total_seconds()
    if seconds <= 0 and pace.at >= start:
        return pace
    before = pace.spent if pace.at >= start else 0.0
    rate = pace.rate
    if seconds > 0:
        rate += -math.expm1(-seconds / MEMORY_S) * (max(spent - before, 0.0) / seconds - rate)
    target = max(budget - spent, 0.0) / (start + DAY - now).total_seconds()
    surplus = min(rate / target - 1, 1.0) if target > 0 else 1.0
    weight = pace.steady_weight + gain * min(seconds, STEP_MAX_S) / 3600 * surplus
    return Pace(steady_weight=min(max(weight, 0.0), 1.0), exhausted=spent >= budget, spent=spent, rate=rate, at=now)
