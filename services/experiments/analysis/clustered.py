"""Comparison of ratio metrics of users who contribute several or weighted outcomes. The user is the unit of analysis.

The metric is R = Σ y / Σ m over users. By linearisation (the delta method; Deng, Knoblich and Lu, "Applying the Delta
Method in Metric Analytics", KDD 2018) its variance is that of the mean of z = (y - R m) / mean(m) over independent
users:

    var R = n / (n - 1) · Σ (y - R m)² / (Σ m)²

A test that treats the outcomes of one user as independent reports a difference in half of all comparisons of equal
variants when users differ.
"""

from __future__ import annotations

from experiments.analysis.effect import Effect
from experiments.analysis.means import Group, rounding_of_squares, welch
from splits.model import OutcomeSummary


def compare_clustered(control: OutcomeSummary, treatment: OutcomeSummary, alpha: float = 0.05) -> Effect:
    """Returns the effect on a ratio of sums over users."""
    return welch(ratio_group(control), ratio_group(treatment), "clustered", alpha)


def ratio_group(summary: OutcomeSummary) -> Group:
    """Returns the moments of a ratio metric."""
    return Group(
        users=summary.users,
        mean=summary.mean,
        squared_error=ratio_variance(summary),
        variance=_outcome_variance(summary),
    )


def ratio_variance(summary: OutcomeSummary) -> float:
    """Returns the squared standard error of a ratio metric; 0 below two users. The shift does not affect it."""
    if summary.users < 2 or summary.sum_m <= 0:
        return 0.0
    mean = summary.shifted_mean
    squares = summary.sum_yy - 2 * mean * summary.sum_ym + mean * mean * summary.sum_mm
    size = abs(summary.sum_yy) + mean * mean * summary.sum_mm
    if squares <= rounding_of_squares(size, summary.sum_mm, summary.shift):
        return 0.0
    return summary.users / (summary.users - 1) * squares / summary.sum_m / summary.sum_m


def _outcome_variance(summary: OutcomeSummary) -> float:
    """Returns the variance of single outcomes; 0 when it is within the rounding error."""
    if summary.sum_m <= 0:
        return 0.0
    centred = summary.sumsq - summary.sum_m * summary.shifted_mean * summary.shifted_mean
    rounding = rounding_of_squares(summary.sumsq, summary.sum_m, summary.shift)
    return centred / summary.sum_m if centred > rounding else 0.0
