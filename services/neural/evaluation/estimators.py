"""Means under a policy that did not choose, from the events of one that did and whose propensities are known.

With w = target propensity / logged propensity of what was chosen, r its reward, q the reward that a model predicts
for it and v the reward that the model predicts under the target policy:

    IPS    Σ w r / n                     unbiased; Horvitz and Thompson, 1952
    SNIPS  Σ w r / Σ w                   no worse for a shifted reward; Swaminathan and Joachims, NIPS 2015
    DR     Σ (v + w (r - q)) / n         right when weights or model are; Dudík, Langford and Li, ICML 2011

All are ratios R = Σ a / Σ b. Events of one user resemble one another, so users are what varies independently, of which
there are G (linearised, as in the delta method):

    var R = G / (G - 1) · Σ over users (Σ (a - R b))² / (Σ b)²,   with Student's t of G - 1 degrees of freedom

What the target policy chooses and the other never could is in no event. Weights are 1 on average when there is nothing
of it, and else fall short by its share, of which only the bounds of a reward are known (Manski, 1990). Intervals reach
as far as it could take them: by that share upwards for IPS, which counts it as 0, and by its product with the greatest
distance of the estimate from a reward, both ways, for the others.
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
    """Events as columns of the same length."""

    rewards: Numbers
    """In [0, 1]."""
    logged: Numbers
    """Probability with which the choice was made, above 0."""
    target: Numbers
    """Probability with which the target policy makes it."""
    predicted: Numbers
    """Reward that the model predicts for the choice."""
    expected: Numbers
    """Reward that the model predicts under the target policy."""
    users: NDArray[np.int64]
    """Whose event it is, numbered from 0."""

    @property
    def weights(self) -> Numbers:
        """How much more often the target policy makes each choice."""
        return self.target / self.logged


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval of at least 95 %, endless where nothing can be said."""

    value: float
    lower: float
    upper: float

    def clipped(self) -> Interval:
        """Returns the part within [0, 1], where every mean reward lies."""
        return Interval(*(min(max(each, 0.0), 1.0) for each in (self.value, self.lower, self.upper)))


def estimates(sample: Sample) -> dict[str, Interval]:
    """Returns each estimator's interval by its name: ips, snips, dr."""
    return {"ips": ips(sample), "snips": snips(sample), "dr": dr(sample)}


def ips(sample: Sample) -> Interval:
    """Weights every reward."""
    found = ratio(sample.weights * sample.rewards, np.ones_like(sample.rewards), sample.users)
    return Interval(found.value, found.lower, found.upper + untried(sample))


def snips(sample: Sample) -> Interval:
    """Weights every reward and divides by the weights."""
    return _both_ways(ratio(sample.weights * sample.rewards, sample.weights, sample.users), untried(sample))


def dr(sample: Sample) -> Interval:
    """Takes the model's word and corrects it by the weighted errors it makes."""
    corrected = sample.expected + sample.weights * (sample.rewards - sample.predicted)
    return _both_ways(ratio(corrected, np.ones_like(corrected), sample.users), untried(sample))


def untried(sample: Sample) -> float:
    """Returns the share of the target policy's choices that the events cannot hold, as the weights tell it."""
    return max(1 - float(sample.weights.mean()), 0.0) if len(sample.rewards) else 1.0


def _both_ways(found: Interval, share: float) -> Interval:
    reach = share * max(found.value, 1 - found.value)
    return Interval(found.value, found.lower - reach, found.upper + reach)


def ratio(above: Numbers, below: Numbers, users: NDArray[np.int64]) -> Interval:
    """Returns Σ above / Σ below with its interval over users; (0.5, endless) where the lower sum is 0."""
    total = float(below.sum())
    if total <= 0:
        return Interval(0.5, -math.inf, math.inf)
    value = float(above.sum()) / total
    deviations = np.bincount(users, above - value * below)
    several = len(np.unique(users))
    if several < 2:
        return Interval(value, -math.inf, math.inf)
    error = math.sqrt(several / (several - 1) * float(deviations @ deviations)) / total
    from scipy.stats import t  # a second; only evaluations need it

    radius = float(t.ppf((1 + CONFIDENCE) / 2, several - 1)) * error
    return Interval(value, value - radius, value + radius)
