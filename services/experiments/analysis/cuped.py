"""Less variance from what was known of users before (CUPED; Deng, Xu, Kohavi and Walker, WSDM 2013).

    adjusted difference = (R_t - R_c) - θ (x̄_t - x̄_c)        θ = cov(z, x) / var(x), over both groups

with x of each user from before the experiment and z the user's linearised outcome, as in `clustered`. Assignment does
not know x, so the adjustment moves no expectation.
"""

from __future__ import annotations

from experiments.analysis.clustered import ratio_variance, welch
from experiments.analysis.effect import Effect
from splits.model import OutcomeSummary


def compare_cuped(control: OutcomeSummary, treatment: OutcomeSummary, alpha: float = 0.05) -> Effect | None:
    """Compares with adjustment; None when there is nothing to adjust by."""
    if control.users < 2 or treatment.users < 2 or control.sum_m <= 0 or treatment.sum_m <= 0:
        return None
    before, after = _moments(control), _moments(treatment)
    if before is None or after is None:
        return None
    n, m = control.users, treatment.users
    spread = (n - 1) * before[1] + (m - 1) * after[1]
    if spread <= 0:
        return None
    theta = ((n - 1) * before[2] + (m - 1) * after[2]) / spread
    return welch(
        control,
        treatment,
        treatment.mean - control.mean - theta * (after[0] - before[0]),
        _adjusted(control, before, theta),
        _adjusted(treatment, after, theta),
        "cuped",
        alpha,
    )


def _moments(of: OutcomeSummary) -> tuple[float, float, float] | None:
    """Returns the mean and variance of x, and its covariance with z; None without x."""
    if of.pre is None:
        return None
    n, pre = of.users, of.pre
    mean = pre.sum_x / n
    spread = max(pre.sum_xx - pre.sum_x * mean, 0.0) / (n - 1)
    covariance = (pre.sum_xy - of.mean * pre.sum_xm) / (of.sum_m / n) / (n - 1)
    return mean, spread, covariance


def _adjusted(of: OutcomeSummary, moments: tuple[float, float, float], theta: float) -> float:
    """Returns the squared standard error of a side after adjustment."""
    return max(ratio_variance(of) + (theta**2 * moments[1] - 2 * theta * moments[2]) / of.users, 0.0)
