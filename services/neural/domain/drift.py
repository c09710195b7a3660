"""Tells from a model's scores in one context whether its quality shifted, and since which of them.

A generalised likelihood ratio test (Siegmund and Venkatraman, "Using the generalized likelihood ratio statistic for
sequential detection of a change-point", Annals of Statistics 1995; for scores in [0, 1] as in Besson et al., "Efficient
change-point detection for tackling piecewise-stationary bandits", JMLR 2022). With n_b scores of mean b before a split,
n_a of mean a after it, and m the mean of all:

    G = (n_b kl(b, m) + n_a kl(a, m)) m (1 - m) / variance

kl being that of two coins; scores that vary less than coins do tell more by as much. Both directions count. Scores come
in the order of their outputs, so that the order in which they arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

WINDOW = 400
"""Scores that are looked at, the latest ones."""
THRESHOLD = 10.0
"""Of G, in nats; without a shift it is passed about once in 40,000 scores (tests/neural/test_shifts.py)."""
AFTER_MIN, AFTER_MAX, BEFORE_MIN = 10, 60, 30
"""Scores on either side of a split."""
_EDGE = 1e-4
_VARIANCE_MIN = 0.01


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of quality."""

    place: int
    """Of the first score after it."""
    before: float
    """Mean score."""
    after: float
    """Mean score."""


def find_shift(scores: Sequence[float]) -> Shift | None:
    """Returns the likeliest shift, None when none is likely enough; scores in [0, 1], oldest first."""
    count = len(scores)
    places = np.arange(max(BEFORE_MIN, count - AFTER_MAX), count - AFTER_MIN + 1)
    if not len(places):
        return None
    sums = np.cumsum(np.asarray(scores, np.float64))
    total = sums[-1]
    before = sums[places - 1] / places
    after = (total - sums[places - 1]) / (count - places)
    middle = np.full(len(places), total / count)
    gain = places * _divergence(before, middle) + (count - places) * _divergence(after, middle)
    mean = float(total / count)
    gain *= mean * (1 - mean) / max(float(np.var(scores)), _VARIANCE_MIN)
    best = int(gain.argmax())
    if gain[best] <= THRESHOLD:
        return None
    return Shift(int(places[best]), float(before[best]), float(after[best]))


def _divergence(p: Numbers, q: Numbers) -> Numbers:
    p, q = np.clip(p, _EDGE, 1 - _EDGE), np.clip(q, _EDGE, 1 - _EDGE)
    found: Numbers = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return found
