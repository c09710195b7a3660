"""Two means: Welch's t test from sums, with its interval, and Cohen's d with the pooled standard deviation."""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, finite, pooled_d, unknown


def compare_means(
    control_users: int,
    control_sum: float,
    control_squares: float,
    treatment_users: int,
    treatment_sum: float,
    treatment_squares: float,
    alpha: float = 0.05,
) -> Effect:
    """Compares numbers, one of each independent user, from their sums and sums of squares."""
    from scipy.stats import t, ttest_ind_from_stats

    n, m = control_users, treatment_users
    control = control_sum / n if n else 0.0
    treatment = treatment_sum / m if m else 0.0
    before = variance(n, control_sum, control_squares)
    after = variance(m, treatment_sum, treatment_squares)
    if n < 2 or m < 2 or before + after <= 0:
        return unknown(control, treatment, n, m)
    result = ttest_ind_from_stats(treatment, math.sqrt(after), m, control, math.sqrt(before), n, equal_var=False)
    error = math.sqrt(before / n + after / m)
    radius = finite(t.ppf(1 - alpha / 2, welch_freedom(before / n, n, after / m, m)), 0.0) * error
    return Effect(
        control=control,
        treatment=treatment,
        difference=treatment - control,
        error=error,
        low=treatment - control - radius,
        high=treatment - control + radius,
        statistic=finite(result[0], 0.0),
        p_value=finite(result[1], 1.0),
        cohens_d=pooled_d(treatment - control, before, after, n, m),
        test="welch",
        control_users=n,
        treatment_users=m,
    )


def variance(users: int, total: float, squares: float) -> float:
    """Returns the sample variance; 0 below two users, and where only rounding is left of it."""
    if users < 2:
        return 0.0
    centred = squares - total * total / users
    return centred / (users - 1) if centred > 1e-12 * abs(squares) else 0.0


def welch_freedom(control: float, n: int, treatment: float, m: int) -> float:
    """Returns Welch and Satterthwaite's degrees of freedom from squared standard errors and sizes."""
    return (control + treatment) ** 2 / (control**2 / (n - 1) + treatment**2 / (m - 1))
