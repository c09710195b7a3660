"""Comparison of two means by Welch's t test, computed from sums.

A group whose outcomes are all equal has no sample variance, which does not mean that its mean is known exactly. Its
standard error is that of Agresti and Caffo ("Simple and effective confidence intervals for proportions and differences
of proportions", The American Statistician 2000) for the share of outcomes with the mean of the other group, 0 of n: one
outcome of each kind is added, so that with p = 1 / (n + 2) the squared error is p (1 - p) / (n + 2) · difference².

If both groups are constant and differ, the p-value is at least that of the permutation test, 2 / C(n + m, n). Outcomes
of equal variants that are separated by n and m users were separated by fewer users before, so that this p-value is also
valid at every interim analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.analysis.effect import Effect, finite, interval, is_same, pooled_d, untested_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Moments of one group."""

    users: int
    mean: float
    squared_error: float
    """Squared standard error of the mean; 0 when all outcomes are equal."""
    variance: float
    """Variance of single outcomes."""


def compare_means(
    control_users: int,
    control_sum: float,
    control_squares: float,
    treatment_users: int,
    treatment_sum: float,
    treatment_squares: float,
    alpha: float = 0.05,
    shifts: tuple[float, float] = (0.0, 0.0),
) -> Effect:
    """Returns the effect on the mean of one number per independent user, from sums and sums of squares.

    `shifts` are the numbers that were subtracted from the outcomes of control and treatment before they were summed.
    """
    return welch(
        _group(control_users, control_sum, control_squares, shifts[0]),
        _group(treatment_users, treatment_sum, treatment_squares, shifts[1]),
        "welch",
        alpha,
    )


def _group(users: int, total: float, squares: float, shift: float) -> Group:
    spread = variance(users, total, squares, shift)
    return Group(
        users=users,
        mean=shift + total / users if users else 0.0,
        squared_error=spread / users if users else 0.0,
        variance=spread,
    )


def welch(control: Group, treatment: Group, test: str, alpha: float, adjustment: float = 0.0) -> Effect:
    """Returns the effect by Welch's t test. `adjustment` is added to the difference of the means.

    `test` is the name of the test in the effect; it is "permutation" for two constant groups that differ.
    """
    from scipy.stats import t

    n, m = control.users, treatment.users
    if n < 2 or m < 2:
        return untested_effect(control.mean, treatment.mean, n, m)
    difference = treatment.mean - control.mean + adjustment
    if is_same(control.mean, control.mean + difference):
        difference = 0.0
    is_constant = control.squared_error <= 0 and treatment.squared_error <= 0
    squared = [each.squared_error or constant_squared_error(difference, each.users) for each in (control, treatment)]
    error = math.sqrt(sum(squared))
    if error <= 0:
        return untested_effect(control.mean, control.mean, n, m)
    freedom = welch_freedom(squared[0], n, squared[1], m)
    statistic = difference / error
    p_value = finite(2 * t.sf(abs(statistic), freedom), 1.0)
    low, high = interval(difference, finite(t.ppf(1 - alpha / 2, freedom), math.inf) * error)
    return Effect(
        control=control.mean,
        treatment=treatment.mean,
        difference=difference,
        error=error,
        low=low,
        high=high,
        statistic=statistic,
        p_value=max(p_value, separation_p_value(n, m)) if is_constant else p_value,
        cohens_d=pooled_d(difference, control.variance, treatment.variance, n, m),
        test="permutation" if is_constant else test,
        control_users=n,
        treatment_users=m,
    )


def variance(users: int, total: float, squares: float, shift: float = 0.0) -> float:
    """Returns the sample variance; 0 below two users, and when the result is within the rounding error.

    `shift` was subtracted from the outcomes before they were summed.
    """
    if users < 2:
        return 0.0
    centred = squares - total * total / users
    return centred / (users - 1) if centred > rounding_of_squares(squares, users, shift) else 0.0


def rounding_of_squares(squares: float, weight: float, shift: float) -> float:
    """Returns the rounding error of a centred sum of squares of numbers from which a shift was subtracted."""
    return 1e-12 * abs(squares) + weight * (1e-13 * shift) * (1e-13 * shift)


def constant_squared_error(difference: float, users: int) -> float:
    """Returns the squared standard error of the mean of users whose outcomes are all equal.

    `difference` is the difference from the mean of the other group.
    """
    share = 1 / (users + 2)
    return difference * difference * share * (1 - share) / (users + 2)


def separation_p_value(n: int, m: int) -> float:
    """Returns the two-sided p-value of the permutation test of two constant groups that differ: 2 / C(n + m, n)."""
    logarithm = math.log(2) + math.lgamma(n + 1) + math.lgamma(m + 1) - math.lgamma(n + m + 1)
    return min(math.exp(logarithm), 1.0)


def welch_freedom(control: float, n: int, treatment: float, m: int) -> float:
    """Returns the degrees of freedom by Welch and Satterthwaite, from squared standard errors and group sizes."""
    share = control / (control + treatment)
    return 1 / (share**2 / (n - 1) + (1 - share) ** 2 / (m - 1))
