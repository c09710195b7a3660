"""How large an experiment has to be before it starts."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from kit.errors import FieldViolation, Invalid

SIZE_MIN = 1e-6
"""Cohen's h that is worth planning for; it takes more than 10 trillion users."""
ALPHA_MIN = 1e-12


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What an experiment needs."""

    users_per_group: int
    """Of the smallest group."""
    days: float
    """Until every group has them; 0 when no users a day were given."""


def plan_sample_size(
    baseline: float,
    effect: float,
    alpha: float = 0.05,
    power: float = 0.8,
    users_per_day: float = 0.0,
    traffic: float = 0.5,
    treatments: int = 1,
) -> SampleSize:
    """Plans a two-sided comparison of proportions that differ by `effect`, absolute.

    Control and treatment are equally large, so days depend on the share of all users that each one gets. Raises
    Invalid for rates outside (0, 1), no effect, and shares that leave a group empty.
    """
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    _check(baseline, effect, alpha, power, traffic)
    size = abs(proportion_effectsize(baseline + effect, baseline))
    if size < SIZE_MIN:
        raise Invalid.field("effect", "is too small to be found in any number of users")
    users = math.ceil(NormalIndPower().solve_power(effect_size=size, alpha=alpha, power=power))
    slowest = users_per_day * min(traffic / treatments, 1 - traffic)
    days = min(users / slowest, sys.float_info.max) if slowest > 0 else 0.0
    return SampleSize(users, days)


def _check(baseline: float, effect: float, alpha: float, power: float, traffic: float) -> None:
    """Raises Invalid with every number that makes no sense."""
    wrong = []
    if not 0 < baseline < 1:
        wrong.append(FieldViolation("baseline_rate", "must lie in (0, 1)"))
    if effect == 0 or not 0 < baseline + effect < 1:
        wrong.append(FieldViolation("effect", "must not be 0 and must keep the rate in (0, 1)"))
    if not ALPHA_MIN <= alpha < 1:
        wrong.append(FieldViolation("alpha", f"must lie in [{ALPHA_MIN}, 1)"))
    if not alpha < power < 1:
        wrong.append(FieldViolation("power", "must lie between alpha and 1"))
    if not 0 < traffic < 1:
        wrong.append(FieldViolation("traffic_percentage", "must lie in (0, 1)"))
    if wrong:
        raise Invalid(wrong)
