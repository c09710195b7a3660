"""Change-point test: whether the quality of a model in one context shifted, and at which score.

A generalised likelihood ratio test (Siegmund and Venkatraman, "Using the generalized likelihood ratio statistic for
sequential detection of a change-point", Annals of Statistics 1995; for scores in [0, 1] as in Besson et al., "Efficient
change-point detection for tackling piecewise-stationary bandits", JMLR 2022). With the weight n_b and the weighted mean
b of the scores before a split, n_a and a of those after it, and the mean m of all scores:

    G = (n_b kl(b, m) + n_a kl(a, m)) m (1 - m) / variance

kl is the Kullback-Leibler divergence of two Bernoulli distributions. The last factor scales the statistic for scores
with a smaller variance than Bernoulli variables. Shifts in both directions are found. Scores are ordered by the time of
their outputs, so the order of their arrival does not matter.

The weight of a score is the trust of its rater. On each side of a split, one rater has at most a fifth of the weight:
larger weights are scaled down to the largest c with c <= (sum of min(weight of a rater, c)) / 5. A shift thus needs
at least five raters on each side. Weights of at most 1 only reduce G, so that the threshold holds for all weights.

Raters without established trust can be one person with many accounts. If a context has at least five established
raters, only their scores are tested. Otherwise only raters with scores on both sides of the split count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

WINDOW = 400
"""Number of latest scores that are tested."""
THRESHOLD = 10.0
"""Threshold of G in nats. Without a shift, G exceeds it about once in 30,000 scores (38 times in 1.2 million
simulated scores of 8 to 200 raters)."""
AFTER_MIN, AFTER_MAX, BEFORE_MIN = 10, 60, 30
"""Limits of the number of scores after and before a split."""
RATERS_MIN = 5
"""Smallest number of raters on each side of a shift. One rater has at most the share 1 / RATERS_MIN of a side."""
_EDGE = 1e-4
_VARIANCE_MIN = 0.01


class RatedScore(NamedTuple):
    """Score of one unit and its rater."""

    score: float
    """In [0, 1]."""
    rater: str
    trust: float = 1.0
    """In [0.1, 1]."""
    is_established: bool = True


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of quality."""

    index: int
    """Index of the first score after the shift, among the tested scores."""
    before: float
    """Weighted mean score before the shift."""
    after: float
    """Weighted mean score after the shift."""


def scores_to_test(scores: Sequence[RatedScore]) -> list[int]:
    """Returns the indexes of the latest WINDOW scores that are tested, oldest first.

    These are the scores of established raters, if there are at least RATERS_MIN of them, and all scores otherwise.
    """
    established = [index for index, each in enumerate(scores) if each.is_established]
    if len({scores[index].rater for index in established}) >= RATERS_MIN:
        return established[-WINDOW:]
    return list(range(len(scores)))[-WINDOW:]


def find_shift(scores: Sequence[RatedScore]) -> Shift | None:
    """Returns the most likely shift, or None if G does not exceed the threshold. Scores are ordered, oldest first."""
    count = len(scores)
    splits = np.arange(max(BEFORE_MIN, count - AFTER_MAX), count - AFTER_MIN + 1)
    if not len(splits):
        return None
    values = np.array([each.score for each in scores])
    places: dict[str, int] = {}
    rater = np.array([places.setdefault(each.rater, len(places)) for each in scores])
    if len(places) < RATERS_MIN:
        return None
    weight = np.array([min(max(each.trust, 0.0), 1.0) for each in scores])
    is_established = np.array([each.is_established for each in scores])
    (n_before, before), (n_after, after) = _sides(splits, rater, weight, weight * values, is_established)
    middle = (n_before * before + n_after * after) / np.maximum(n_before + n_after, 1e-9)
    gain = n_before * _kl_divergence(before, middle) + n_after * _kl_divergence(after, middle)
    variance = float(np.average((values - np.average(values, weights=weight)) ** 2, weights=weight))
    gain *= middle * (1 - middle) / max(variance, _VARIANCE_MIN)
    best = int(gain.argmax())
    if gain[best] <= THRESHOLD:
        return None
    return Shift(int(splits[best]), float(before[best]), float(after[best]))


def _sides(
    splits: Indices, rater: Indices, weight: Numbers, amount: Numbers, is_established: npt.NDArray[np.bool_]
) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
    """Returns the limited weight and the weighted mean of the scores before and after each split."""
    raters, parts = int(rater.max()) + 1, len(splits) + 1
    place = rater * parts + np.searchsorted(splits, np.arange(len(rater)), side="right")
    sums = [np.bincount(place, each, raters * parts).reshape(raters, parts) for each in (weight, amount)]
    cumulative = np.stack(sums).cumsum(2)
    before, after = cumulative[:, :, :-1], cumulative[:, :, -1:] - cumulative[:, :, :-1]
    known = np.zeros(raters, dtype=np.bool_)
    known[rater[is_established]] = True
    is_counted = known[:, None] | ((before[0] > 0) & (after[0] > 1e-9))
    return _limited_mean(before * is_counted), _limited_mean(after * is_counted)


def _limited_mean(side: Numbers) -> tuple[Numbers, Numbers]:
    """Returns weight and weighted mean by split, with the weight of each rater limited to 1 / RATERS_MIN of the weight.

    With the weights in descending order, the limit is the minimum over j < RATERS_MIN of the sum of all weights after
    the j-th, divided by RATERS_MIN - j.
    """
    weight, amount = side
    descending = -np.partition(-weight, RATERS_MIN - 1, axis=0)
    largest, rest = -np.sort(-descending[:RATERS_MIN], axis=0), descending[RATERS_MIN:].sum(0)
    # Sums of the smaller weights: a difference from the total would cancel if one weight is much larger.
    limits = [(rest + largest[j:].sum(0)) / (RATERS_MIN - j) for j in range(RATERS_MIN)]
    share = np.minimum(1.0, np.maximum(np.min(limits, axis=0), 0.0) / np.maximum(weight, 1e-12))
    limited = (weight * share).sum(0)
    return limited, np.where(limited > 1e-9, (amount * share).sum(0) / np.maximum(limited, 1e-9), 0.5)


def _kl_divergence(p: Numbers, q: Numbers) -> Numbers:
    p, q = np.clip(p, _EDGE, 1 - _EDGE), np.clip(q, _EDGE, 1 - _EDGE)
    found: Numbers = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return found
