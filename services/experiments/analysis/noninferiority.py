"""Tests of non-inferiority: whether a treatment is not worse than the control by a margin or more."""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, finite
from experiments.analysis.means import constant_squared_error, separation_p_value
from splits.model import Direction


def score_test(
    control_successes: int,
    control_users: int,
    treatment_successes: int,
    treatment_users: int,
    margin: float,
    direction: Direction = Direction.UP,
) -> float:
    """Returns the one-sided p-value of the score test of Farrington and Manning (1990) for two proportions.

    The null hypothesis is "worse by the margin or more". The margin is absolute and positive; otherwise, and for an
    empty group, the p-value is 1.
    """
    k, n, l, m = control_successes, control_users, treatment_successes, treatment_users  # noqa: E741
    if direction is Direction.DOWN:
        k, l = n - k, m - l  # noqa: E741
    if n < 1 or m < 1 or margin <= 0:
        return 1.0
    import numpy as np
    from statsmodels.stats.proportion import test_proportions_2indep as compare

    with np.errstate(divide="ignore", invalid="ignore"):  # the library also computes ratios that are not needed
        _, p_value = compare(
            l, m, k, n, value=-margin, method="score", alternative="larger", correction=False, return_results=False
        )
    return finite(p_value, 1.0)


def margin_test(effect: Effect, margin: float, direction: Direction = Direction.UP) -> float:
    """Returns the one-sided p-value of the normal test of a difference against the margin; 1 when it is unknown.

    Groups whose outcomes are all equal are compared as two constant groups that differ by the margin.
    """
    if effect.is_constant and margin > 0:
        return constant_margin_p_value(effect)
    if effect.error <= 0 or margin <= 0:
        return 1.0
    from scipy.stats import norm

    gain = effect.difference if direction is Direction.UP else -effect.difference
    return finite(norm.sf((gain + margin) / effect.error), 1.0)


def constant_margin_p_value(effect: Effect) -> float:
    """Returns the one-sided p-value of "worse by a margin or more" if all outcomes of both groups are equal.

    It does not depend on the margin, which must be positive, and is valid at every interim analysis.
    """
    from scipy.stats import norm

    n, m = effect.control_users, effect.treatment_users
    error = math.sqrt(constant_squared_error(1.0, n) + constant_squared_error(1.0, m))
    return max(finite(norm.sf(1 / error), 1.0), separation_p_value(n, m) / 2)
