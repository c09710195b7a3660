"""Variance reduction by a covariate from before the experiment (CUPED; Deng, Xu, Kohavi and Walker, WSDM 2013).

    adjusted difference = (R_t - R_c) - θ (x̄_t - x̄_c)        θ = cov(z, x) / var(x), over both groups

x is the covariate of a user, z the linearised outcome of the user as in `clustered`. Assignment does not depend on x,
so the adjustment does not change the expected difference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from experiments.analysis.clustered import ratio_group
from experiments.analysis.effect import Effect
from experiments.analysis.means import Group, welch
from splits.model import OutcomeSummary


class _Moments(NamedTuple):
    """Moments of the covariate x in one group."""

    mean: float
    variance: float
    covariance: float
    """Covariance with the linearised outcome z."""


def compare_cuped(control: OutcomeSummary, treatment: OutcomeSummary, alpha: float = 0.05) -> Effect | None:
    """Returns the adjusted effect; None when a group has no covariate or the covariate has no variance."""
    if control.users < 2 or treatment.users < 2 or control.sum_m <= 0 or treatment.sum_m <= 0:
        return None
    control_x, treatment_x = _moments(control), _moments(treatment)
    if control_x is None or treatment_x is None:
        return None
    n, m = control.users, treatment.users
    squares = (n - 1) * control_x.variance + (m - 1) * treatment_x.variance
    if squares <= 0:
        return None
    theta = ((n - 1) * control_x.covariance + (m - 1) * treatment_x.covariance) / squares
    return welch(
        _adjusted_group(control, control_x, theta),
        _adjusted_group(treatment, treatment_x, theta),
        "cuped",
        alpha,
        adjustment=-theta * (treatment_x.mean - control_x.mean),
    )


def _moments(summary: OutcomeSummary) -> _Moments | None:
    """Returns the moments of the covariate; None without a covariate."""
    if summary.pre is None:
        return None
    n, pre = summary.users, summary.pre
    mean = pre.sum_x / n
    variance = max(pre.sum_xx - pre.sum_x * mean, 0.0) / (n - 1)
    covariance = (pre.sum_xy - summary.shifted_mean * pre.sum_xm) / (summary.sum_m / n) / (n - 1)
    return _Moments(mean, variance, covariance)


def _adjusted_group(summary: OutcomeSummary, x: _Moments, theta: float) -> Group:
    """Returns the moments of a group, whose squared standard error is that after the adjustment.

    The error is not adjusted if nothing of it remains: the covariate then repeats the outcomes.
    """
    group = ratio_group(summary)
    squared = group.squared_error + (theta * theta * x.variance - 2 * theta * x.covariance) / summary.users
    return replace(group, squared_error=squared) if squared > 1e-9 * group.squared_error else group
