"""Change-point test: whether the quality of a model in one context shifted, and at which score.

A generalised likelihood ratio test (Siegmund and Venkatraman, "Using the generalized likelihood ratio statistic for
sequential detection of a change-point", Annals of Statistics 1995; for scores in [0, 1] as in Besson et al., "Efficient
change-point detection for tackling piecewise-stationary bandits", JMLR 2022). With n_b scores of mean b before a split,
n_a scores of mean a after it, and the mean m of all scores:

    G = (n_b kl(b, m) + n_a kl(a, m)) m (1 - m) / variance

kl is the Kullback-Leibler divergence of two Bernoulli distributions. The last factor scales the statistic for scores
with a smaller variance than Bernoulli variables. Shifts in both directions are found. Scores are ordered by the time of
their outputs, so the order of their arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

WINDOW = 400
"""Number of latest scores that are tested."""
THRESHOLD = 10.0
"""Threshold of G in nats. Without a shift, G exceeds it about once in 40,000 scores."""
AFTER_MIN, AFTER_MAX, BEFORE_MIN = 10, 60, 30
"""Limits of the number of scores after and before a split."""
_EDGE = 1e-4
_VARIANCE_MIN = 0.01


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of quality."""

    index: int
    """Index of the first score after the shift."""
    before: float
    """Mean score before the shift."""
    after: float
    """Mean score after the shift."""


def find_shift(scores: Sequence[float]) -> Shift | None:
    """Returns the most likely shift, or None if G does not exceed the threshold. Scores are in [0, 1], oldest first."""
    count = len(scores)
    splits = np.arange(max(BEFORE_MIN, count - AFTER_MAX), count - AFTER_MIN + 1)
    if not len(splits):
        return None
    sums = np.cumsum(np.asarray(scores, np.float64))
    total = sums[-1]
    before = sums[splits - 1] / splits
    after = (total - sums[splits - 1]) / (count - splits)
    middle = np.full(len(splits), total / count)
    gain = splits * _kl_divergence(before, middle) + (count - splits) * _kl_divergence(after, middle)
    mean = float(total / count)
    gain *= mean * (1 - mean) / max(float(np.var(scores)), _VARIANCE_MIN)
    best = int(gain.argmax())
    if gain[best] <= THRESHOLD:
        return None
    return Shift(int(splits[best]), float(before[best]), float(after[best]))


def _kl_divergence(p: Numbers, q: Numbers) -> Numbers:
    p, q = np.clip(p, _EDGE, 1 - _EDGE), np.clip(q, _EDGE, 1 - _EDGE)
    found: Numbers = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return found
