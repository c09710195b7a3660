"""Sample size of an experiment, planned before its start."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kit.errors import FieldViolation, Invalid

EFFECT_SIZE_MIN = 1e-6
"""Smallest effect size, as Cohen's h, that can be planned. It needs more than 10^13 users."""
ALPHA_MIN = 1e-12
DAYS_MAX = 1e9
"""Largest number of days in a plan."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Sample size of an experiment."""

    users_per_group: int
    """Users that each group needs."""
    days: float
    """Days until the smallest group has that many users, at most DAYS_MAX; 0 without a number of users per day."""


def plan_sample_size(
    baseline: float,
    effect: float,
    alpha: float = 0.05,
    power: float = 0.8,
    users_per_day: float = 0.0,
    traffic: float = 0.5,
    treatments: int = 1,
) -> SampleSize:
    """Returns the sample size of a two-sided test of two proportions that differ by `effect`, absolute.

    All groups have the same size; `traffic` is the share of all users in treatment. Raises Invalid for rates outside
    of (0, 1), an effect of 0 or too small, and shares that leave a group empty.
    """
    _check(baseline, effect, alpha, power, traffic)
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    effect_size = abs(proportion_effectsize(baseline + effect, baseline))
    if effect_size < EFFECT_SIZE_MIN:
        raise Invalid.field("effect", f"must correspond to a Cohen's h of at least {EFFECT_SIZE_MIN}")
    users = math.ceil(NormalIndPower().solve_power(effect_size=effect_size, alpha=alpha, power=power))
    smallest_per_day = users_per_day * min(traffic / treatments, 1 - traffic)
    days = min(users / smallest_per_day, DAYS_MAX) if smallest_per_day > 0 else 0.0
    return SampleSize(users, days)


def _check(baseline: float, effect: float, alpha: float, power: float, traffic: float) -> None:
    """Raises Invalid that names every number out of range."""
    violations = []
    if not 0 < baseline < 1:
        violations.append(FieldViolation("baseline_rate", "must lie in (0, 1)"))
    if effect == 0 or not 0 < baseline + effect < 1:
        violations.append(FieldViolation("effect", "must not be 0, and baseline_rate + effect must lie in (0, 1)"))
    if not ALPHA_MIN <= alpha < 1:
        violations.append(FieldViolation("alpha", f"must lie in [{ALPHA_MIN}, 1)"))
    if not alpha < power < 1:
        violations.append(FieldViolation("power", "must lie between alpha and 1"))
    if not 0 < traffic < 1:
        violations.append(FieldViolation("traffic_percentage", "must lie in (0, 1)"))
    if violations:
        raise Invalid(violations)
