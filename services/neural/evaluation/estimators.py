"""Off-policy estimators of the mean reward of a target policy, from logged choices with known propensities.

With w = target propensity / logged propensity of the logged choice, r its reward, q the reward that a model predicts
for it and v the mean reward that the model predicts under the target policy:

    IPS    Σ w r / n                     unbiased; Horvitz and Thompson, 1952
    SNIPS  Σ w r / Σ w                   equivariant to shifts of the reward; Swaminathan and Joachims, NIPS 2015
    DR     Σ (v + w (r - q)) / n         consistent if weights or model are; Dudík, Langford and Li, ICML 2011

All are ratios R = Σ a / Σ b. Events of one user are correlated, so the variance is clustered by user, with G users
(linearized by the delta method):

    var R = G / (G - 1) · Σ over users (Σ (a - R b))² / (Σ b)²,   with Student's t of G - 1 degrees of freedom

No event contains choices of the target policy that the logging policy never makes. The mean weight is 1 minus their
share. Only the bounds of their reward are known (Manski, 1990), so the intervals are widened: the upper bound of IPS,
which counts these rewards as 0, by the share; both bounds of SNIPS and DR by the share times the largest distance of
the estimate from a reward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Events as arrays of the same length."""

    rewards: Numbers
    """In [0, 1]."""
    logged: Numbers
    """Propensity of the logged choice, above 0."""
    target: Numbers
    """Probability of the choice under the target policy."""
    predicted: Numbers
    """Predicted reward of the choice."""
    expected: Numbers
    """Predicted mean reward under the target policy."""
    users: NDArray[np.int64]
    """User of each event, numbered from 0."""

    @property
    def weights(self) -> Numbers:
        """Importance weights: target / logged."""
        return self.target / self.logged


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval of at least 95 %. Bounds are infinite without enough data."""

    value: float
    lower: float
    upper: float

    def clipped(self) -> Interval:
        """Returns the interval limited to [0, 1], the range of rewards."""
        return Interval(*(min(max(each, 0.0), 1.0) for each in (self.value, self.lower, self.upper)))


def estimates(sample: Sample) -> dict[str, Interval]:
    """Returns the interval of each estimator by name: ips, snips, dr."""
    return {"ips": ips(sample), "snips": snips(sample), "dr": dr(sample)}


def ips(sample: Sample) -> Interval:
    """Returns the estimate by inverse propensity scoring."""
    found = ratio(sample.weights * sample.rewards, np.ones_like(sample.rewards), sample.users)
    return Interval(found.value, found.lower, found.upper + unsupported_share(sample))


def snips(sample: Sample) -> Interval:
    """Returns the estimate by self-normalized inverse propensity scoring."""
    return _widened(ratio(sample.weights * sample.rewards, sample.weights, sample.users), unsupported_share(sample))


def dr(sample: Sample) -> Interval:
    """Returns the doubly robust estimate."""
    corrected = sample.expected + sample.weights * (sample.rewards - sample.predicted)
    return _widened(ratio(corrected, np.ones_like(corrected), sample.users), unsupported_share(sample))


def unsupported_share(sample: Sample) -> float:
    """Returns the share of the target policy's choices that the logging policy never makes: 1 - mean weight."""
    return max(1 - float(sample.weights.mean()), 0.0) if len(sample.rewards) else 1.0


def _widened(found: Interval, share: float) -> Interval:
    margin = share * max(found.value, 1 - found.value)
    return Interval(found.value, found.lower - margin, found.upper + margin)


def ratio(numerator: Numbers, denominator: Numbers, users: NDArray[np.int64]) -> Interval:
    """Returns Σ numerator / Σ denominator with its interval, or 0.5 and infinite bounds if the denominator is 0."""
    total = float(denominator.sum())
    if total <= 0:
        return Interval(0.5, -math.inf, math.inf)
    value = float(numerator.sum()) / total
    deviations = np.bincount(users, numerator - value * denominator)
    clusters = len(np.unique(users))
    if clusters < 2:
        return Interval(value, -math.inf, math.inf)
    error = math.sqrt(clusters / (clusters - 1) * float(deviations @ deviations)) / total
    from scipy.stats import t  # the import takes about 1 s, and only evaluations need it

    radius = float(t.ppf((1 + CONFIDENCE) / 2, clusters - 1)) * error
    return Interval(value, value - radius, value + radius)
