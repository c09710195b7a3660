"""Metrics whose users give several outcomes each, or weighted ones: the user is what was assigned, so users vary.

The metric is R = Σ y / Σ m over users. By linearisation (the delta method; Deng, Knoblich and Lu, "Applying the Delta
Method in Metric Analytics", KDD 2018) it varies like the mean of z = (y - R m) / mean(m), whose users are independent:

    var R = n / (n - 1) · Σ (y - R m)² / (Σ m)²

Tests that take outcomes as independent find winners in half of all comparisons of equal variants when users differ.
"""

from __future__ import annotations

import math

from experiments.analysis.effect import Effect, finite, pooled_d, unknown
from experiments.analysis.means import welch_freedom
from splits.model import OutcomeSummary


def compare_clustered(control: OutcomeSummary, treatment: OutcomeSummary, alpha: float = 0.05) -> Effect:
    """Compares ratios of sums over users."""
    return welch(
        control,
        treatment,
        treatment.mean - control.mean,
        ratio_variance(control),
        ratio_variance(treatment),
        "clustered",
        alpha,
    )


def ratio_variance(of: OutcomeSummary) -> float:
    """Returns the squared standard error of a ratio metric; 0 below two users."""
    if of.users < 2 or of.sum_m <= 0:
        return 0.0
    squares = of.sum_yy - 2 * of.mean * of.sum_ym + of.mean**2 * of.sum_mm
    if squares <= 1e-12 * (abs(of.sum_yy) + of.mean**2 * of.sum_mm):
        return 0.0
    return of.users / (of.users - 1) * squares / of.sum_m**2


def welch(
    control: OutcomeSummary,
    treatment: OutcomeSummary,
    difference: float,
    control_variance: float,
    treatment_variance: float,
    test: str,
    alpha: float,
) -> Effect:
    """Makes the effect of a difference from the squared standard errors of its two sides."""
    from scipy.stats import t

    n, m = control.users, treatment.users
    error = math.sqrt(control_variance + treatment_variance)
    if n < 2 or m < 2 or error <= 0:
        return unknown(control.mean, treatment.mean, n, m)
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
        cohens_d=pooled_d(difference, _spread(control), _spread(treatment), n, m),
        test=test,
        control_users=n,
        treatment_users=m,
    )


def _spread(of: OutcomeSummary) -> float:
    """Returns the variance of single outcomes."""
    return max(of.sumsq / of.sum_m - of.mean**2, 0.0) if of.sum_m > 0 else 0.0
