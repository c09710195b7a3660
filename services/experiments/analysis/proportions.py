"""Comparison of two proportions: pooled z test or Fisher's exact test, with Newcombe's hybrid score interval."""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, bounds, finite, pooled_d, untested_effect
from experiments.analysis.means import constant_squared_error, variance

EXPECTED_MIN = 5.0
"""Smallest expected count of a cell for the z test; below it, Fisher's exact test is used."""


def compare_proportions(
    control_successes: int, control_users: int, treatment_successes: int, treatment_users: int, alpha: float = 0.05
) -> Effect:
    """Returns the effect on the share of successes among independent users."""
    k, n, l, m = control_successes, control_users, treatment_successes, treatment_users  # noqa: E741
    if n < 1 or m < 1:
        return untested_effect(k / n if n else 0.0, l / m if m else 0.0, n, m)
    import numpy as np
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize

    control, treatment = k / n, l / m
    statistic, p_value = z_test(k, n, l, m)
    test = "z_pooled"
    if expected_count_min(k, n, l, m) < EXPECTED_MIN:
        p_value, test = finite(fisher_exact(np.array([[l, m - l], [k, n - k]]))[1], 1.0), "fisher"
    found = confint_proportions_2indep(l, m, k, n, compare="diff", method="newcomb", alpha=alpha)
    low, high = bounds(finite(found[0], -1.0), finite(found[1], 1.0)) if min(n, m) > 1 else (None, None)
    return Effect(
        control=control,
        treatment=treatment,
        difference=treatment - control,
        error=math.sqrt(_squared_error(k, n) + _squared_error(l, m)),
        low=low,
        high=high,
        statistic=statistic,
        p_value=p_value,
        cohens_d=pooled_d(treatment - control, variance(n, k, k), variance(m, l, l), n, m),
        cohens_h=float(proportion_effectsize(treatment, control)) if min(n, m) > 1 else None,
        test=test,
        control_users=n,
        treatment_users=m,
    )


def _squared_error(successes: int, users: int) -> float:
    """Returns the squared standard error of a share; that of a constant group if all outcomes are equal."""
    share = successes / users
    return share * (1 - share) / users or constant_squared_error(1.0, users)


def z_test(
    control_successes: int, control_users: int, treatment_successes: int, treatment_users: int
) -> tuple[float, float]:
    """Returns the pooled z statistic and its two-sided p-value; 0 and 1 when all outcomes are equal."""
    successes, users = control_successes + treatment_successes, control_users + treatment_users
    if not 0 < successes < users:
        return 0.0, 1.0
    import numpy as np
    from statsmodels.stats.proportion import proportions_ztest

    z, p = proportions_ztest(
        np.array([treatment_successes, control_successes]), np.array([treatment_users, control_users])
    )
    return finite(z, 0.0), finite(p, 1.0)


def expected_count_min(
    control_successes: int, control_users: int, treatment_successes: int, treatment_users: int
) -> float:
    """Returns the smallest expected count of the four cells under equal proportions."""
    successes, users = control_successes + treatment_successes, control_users + treatment_users
    return min(successes, users - successes) * min(control_users, treatment_users) / users
