"""Comparison of ratio metrics of users who contribute several or weighted outcomes. The user is the unit of analysis.

The metric is R = Σ y / Σ m over users. By linearisation (the delta method; Deng, Knoblich and Lu, "Applying the Delta
Method in Metric Analytics", KDD 2018) its variance is that of the mean of z = (y - R m) / mean(m) over independent
users:

    var R = n / (n - 1) · Σ (y - R m)² / (Σ m)²

A test that treats the outcomes of one user as independent reports a difference in half of all comparisons of equal
variants when users differ.
"""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, finite, pooled_d, untested_effect
from experiments.analysis.means import welch_freedom
from splits.model import OutcomeSummary


def compare_clustered(control: OutcomeSummary, treatment: OutcomeSummary, alpha: float = 0.05) -> Effect:
    """Returns the effect on a ratio of sums over users."""
    return welch(
        control,
        treatment,
        treatment.mean - control.mean,
        ratio_variance(control),
        ratio_variance(treatment),
        "clustered",
        alpha,
    )


def ratio_variance(summary: OutcomeSummary) -> float:
    """Returns the squared standard error of a ratio metric; 0 below two users."""
    if summary.users < 2 or summary.sum_m <= 0:
        return 0.0
    squares = summary.sum_yy - 2 * summary.mean * summary.sum_ym + summary.mean**2 * summary.sum_mm
    if squares <= 1e-12 * (abs(summary.sum_yy) + summary.mean**2 * summary.sum_mm):
        return 0.0
    return summary.users / (summary.users - 1) * squares / summary.sum_m**2


def welch(
    control: OutcomeSummary,
    treatment: OutcomeSummary,
    difference: float,
    control_variance: float,
    treatment_variance: float,
    test: str,
    alpha: float,
) -> Effect:
    """Returns the effect by Welch's t test of a difference, from the squared standard errors of both groups.

    `test` is the name of the test in the effect.
    """
    from scipy.stats import t

    n, m = control.users, treatment.users
    error = math.sqrt(control_variance + treatment_variance)
    if n < 2 or m < 2 or error <= 0:
        return untested_effect(control.mean, treatment.mean, n, m)
    freedom = welch_freedom(control_variance, n, treatment_variance, m)
    statistic = difference / error
    radius = finite(t.ppf(1 - alpha / 2, freedom), 0.0) * error
    return Effect(
        control=control.mean,
        treatment=treatment.mean,
        difference=difference,
        error=error,
        low=difference - radius,
        high=difference + radius,
        statistic=statistic,
        p_value=finite(2 * t.sf(abs(statistic), freedom), 1.0),
        cohens_d=pooled_d(difference, _outcome_variance(control), _outcome_variance(treatment), n, m),
        test=test,
        control_users=n,
        treatment_users=m,
    )


def _outcome_variance(summary: OutcomeSummary) -> float:
    """Returns the variance of single outcomes."""
    return max(summary.sumsq / summary.sum_m - summary.mean**2, 0.0) if summary.sum_m > 0 else 0.0
