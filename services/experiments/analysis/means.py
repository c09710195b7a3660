"""Comparison of two means by Welch's t test, computed from sums."""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, finite, pooled_d, untested_effect


def compare_means(
    control_users: int,
    control_sum: float,
    control_squares: float,
    treatment_users: int,
    treatment_sum: float,
    treatment_squares: float,
    alpha: float = 0.05,
) -> Effect:
    """Returns the effect on the mean of one number per independent user, from sums and sums of squares."""
    from scipy.stats import t, ttest_ind_from_stats

    n, m = control_users, treatment_users
    control = control_sum / n if n else 0.0
    treatment = treatment_sum / m if m else 0.0
    control_variance = variance(n, control_sum, control_squares)
    treatment_variance = variance(m, treatment_sum, treatment_squares)
    if n < 2 or m < 2 or control_variance + treatment_variance <= 0:
        return untested_effect(control, treatment, n, m)
    result = ttest_ind_from_stats(
        treatment, math.sqrt(treatment_variance), m, control, math.sqrt(control_variance), n, equal_var=False
    )
    error = math.sqrt(control_variance / n + treatment_variance / m)
    freedom = welch_freedom(control_variance / n, n, treatment_variance / m, m)
    radius = finite(t.ppf(1 - alpha / 2, freedom), 0.0) * error
    return Effect(
        control=control,
        treatment=treatment,
        difference=treatment - control,
        error=error,
        low=treatment - control - radius,
        high=treatment - control + radius,
        statistic=finite(result[0], 0.0),
        p_value=finite(result[1], 1.0),
        cohens_d=pooled_d(treatment - control, control_variance, treatment_variance, n, m),
        test="welch",
        control_users=n,
        treatment_users=m,
    )


def variance(users: int, total: float, squares: float) -> float:
    """Returns the sample variance; 0 below two users, and when the result is within the rounding error."""
    if users < 2:
        return 0.0
    centred = squares - total * total / users
    return centred / (users - 1) if centred > 1e-12 * abs(squares) else 0.0


def welch_freedom(control: float, n: int, treatment: float, m: int) -> float:
    """Returns the degrees of freedom by Welch and Satterthwaite, from squared standard errors and group sizes."""
    return (control + treatment) ** 2 / (control**2 / (n - 1) + treatment**2 / (m - 1))
