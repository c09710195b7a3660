"""Whether a treatment is not worse than the control by more than a margin.

Proportions of independent users by the score test of Farrington and Manning (1990), everything else by the one-sided
normal test of the difference against the margin.
"""

from __future__ import annotations

from experiments.analysis.effect import Effect, finite
from splits.model import Direction


def score_test(
    control_successes: int,
    control_users: int,
    treatment_successes: int,
    treatment_users: int,
    margin: float,
    direction: Direction = Direction.UP,
) -> float:
    """Returns the one-sided p of "worse by the margin or more"; the margin is absolute and positive."""
    import numpy as np
    from statsmodels.stats.proportion import test_proportions_2indep

    k, n, l, m = control_successes, control_users, treatment_successes, treatment_users  # noqa: E741
    if direction is Direction.DOWN:
        k, l = n - k, m - l  # noqa: E741
    if n < 1 or m < 1 or margin <= 0:
        return 1.0
    with np.errstate(divide="ignore", invalid="ignore"):  # the library also divides for ratios that are not asked for
        _, p_value = test_proportions_2indep(
            l, m, k, n, value=-margin, method="score", alternative="larger", correction=False, return_results=False
        )
    return finite(p_value, 1.0)


def margin_test(effect: Effect, margin: float, direction: Direction = Direction.UP) -> float:
    """Returns the same from a difference and its standard error; 1 without any error."""
    from scipy.stats import norm

    gain = effect.difference if direction is Direction.UP else -effect.difference
    return finite(norm.sf((gain + margin) / effect.error), 1.0) if effect.error > 0 and margin > 0 else 1.0
