"""Effect of a treatment. No field is NaN or infinite: a number that the outcomes do not determine is None."""

from __future__ import annotations

import math
from dataclasses import dataclass

MAGNITUDE_MAX = 1e100
"""Largest absolute value of a sum or bound; its square is finite. Outcomes are limited to 1e30 before they are summed.
"""
MAGNITUDE_MIN = 1e-100
"""Smallest absolute value of a mean other than 0; the square is greater than 0."""
RATIO_MAX = 1e12
"""Largest absolute value of a relative difference. A difference from 0 has this value."""
ROUNDING = 1e-9
"""Largest difference of two means, relative to the greater one, that counts as rounding of their sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Comparison of a treatment with the control by one metric."""

    control: float
    """Mean of the control; 0 without users."""
    treatment: float
    """Mean of the treatment; 0 without users."""
    difference: float
    """Mean of the treatment minus mean of the control, adjusted if the test adjusts."""
    error: float
    """Standard error of the difference; 0 when it is unknown (see `is_estimated`)."""
    low: float | None
    """Lower bound of the two-sided confidence interval of the difference; None when the interval is unknown."""
    high: float | None
    """Upper bound of the interval; None when the interval is unknown."""
    statistic: float
    """Test statistic; 0 when there is no test."""
    p_value: float
    """Two-sided p-value, in [0, 1]."""
    cohens_d: float | None
    """Cohen's d with the pooled standard deviation of single outcomes; None when that is 0 or unknown."""
    cohens_h: float | None = None
    """Cohen's h; None unless the metric is a proportion of at least two users in each group."""
    test: str
    """Name of the test that gave the p-value; "none" without a test."""
    control_users: int
    treatment_users: int

    @property
    def users(self) -> int:
        """Users of both groups."""
        return self.control_users + self.treatment_users

    @property
    def users_min(self) -> int:
        """Users of the smaller group."""
        return min(self.control_users, self.treatment_users)

    @property
    def is_estimated(self) -> bool:
        """Whether the standard error is known: without one, all outcomes of both groups must be equal."""
        return self.error > 0 or self.is_constant

    @property
    def is_constant(self) -> bool:
        """Whether all outcomes of both groups are equal."""
        return self.error == 0 and self.users_min >= 2 and self.difference == 0

    @property
    def effect_size(self) -> float | None:
        """Cohen's h for proportions, otherwise Cohen's d."""
        return self.cohens_d if self.cohens_h is None else self.cohens_h

    @property
    def relative_difference(self) -> float:
        """Difference divided by the absolute mean of the control, in [-RATIO_MAX, RATIO_MAX]."""
        return relative(self.difference, self.control)


def untested_effect(control: float, treatment: float, control_users: int, treatment_users: int) -> Effect:
    """Returns the effect of groups with too few outcomes or without variance: its p-value is 1."""
    return Effect(
        control=control,
        treatment=treatment,
        difference=treatment - control if control_users and treatment_users else 0.0,
        error=0.0,
        low=None,
        high=None,
        statistic=0.0,
        p_value=1.0,
        cohens_d=None,
        test="none",
        control_users=control_users,
        treatment_users=treatment_users,
    )


def finite(value: object, otherwise: float) -> float:
    """Returns the result of a library as a float, or `otherwise` when it is NaN or infinite."""
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else otherwise


def relative(difference: float, base: float) -> float:
    """Returns a difference divided by the absolute value of a base, in [-RATIO_MAX, RATIO_MAX]."""
    if abs(difference) >= RATIO_MAX * abs(base):
        return math.copysign(RATIO_MAX, difference) if difference else 0.0
    return difference / abs(base)


def interval(difference: float, radius: float) -> tuple[float, float] | tuple[None, None]:
    """Returns the bounds of an interval; None for both without a width, and for bounds beyond MAGNITUDE_MAX."""
    return bounds(difference - radius, difference + radius)


def bounds(low: float, high: float) -> tuple[float, float] | tuple[None, None]:
    """Returns both bounds of an interval; None for both unless they are plain numbers and the interval has a width."""
    return (low, high) if -MAGNITUDE_MAX < low < high < MAGNITUDE_MAX else (None, None)


def is_same(one: float, other: float) -> bool:
    """Returns whether two means differ by no more than the rounding of their sums."""
    return abs(one - other) <= ROUNDING * max(abs(one), abs(other))


def pooled_d(difference: float, control_variance: float, treatment_variance: float, n: int, m: int) -> float | None:
    """Returns Cohen's d from the variances and the sizes n (control) and m (treatment); None without variance."""
    freedom = n + m - 2
    pooled = ((n - 1) * control_variance + (m - 1) * treatment_variance) / freedom if freedom > 0 else 0.0
    if not 0 < pooled < math.inf:
        return None
    size = difference / math.sqrt(pooled)
    return size if abs(size) < RATIO_MAX else None
