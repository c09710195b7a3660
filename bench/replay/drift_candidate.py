"""Tells from the scores of a model in a cell whether its quality changed, and when.

A generalised likelihood ratio test (Siegmund and Venkatraman, "Using the generalized likelihood ratio statistic for
sequential detection of a change-point", Annals of Statistics 1995; with scores in [0, 1] as in Besson et al.,
"Efficient change-point detection for tackling piecewise-stationary bandits", JMLR 2022). Units lie in buckets in the
order of their ages, so that the order of their arrival does not matter. For each split that leaves few enough recent
units behind it, with means a before, b after and m of all:

    G = n_a kl(a, m) + n_b kl(b, m)

An alarm is raised when the largest G exceeds the threshold; the change is where it is largest. Both directions count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.replay.tables import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """When a change is believed."""

    threshold: float
    """Of G, in nats of a coin toss; scores vary less than coins, so that it is stricter than it looks."""
    recent_max: float = 60.0
    """Most units after the change."""
    recent_min: float = 10.0
    before_min: float = 30.0
    bucket: int = 5
    """Units in a bucket."""
    keep: float = 0.1
    """Share of its weight that evidence from before a change keeps."""

    def __str__(self) -> str:
        """Names the setting in a table."""
        return f"G > {self.threshold:g}, last {self.recent_max:g}, keeps {self.keep:g}"


def statistics(evidence: Numbers, total: Numbers, given: Detector) -> Numbers:
    """Returns G of the splits before each of the last buckets, which are on the last axis, oldest first.

    -1 where the split is not allowed. Takes any leading axes.
    """
    buckets = evidence.shape[-1]
    first = max(buckets - int(given.recent_max // given.bucket), 0)
    n, s = evidence.sum(-1, keepdims=True), total.sum(-1, keepdims=True)
    after_n = np.cumsum(evidence[..., ::-1], -1)[..., ::-1][..., first:]
    after_s = np.cumsum(total[..., ::-1], -1)[..., ::-1][..., first:]
    before_n, before_s = n - after_n, s - after_s
    allowed = (after_n >= given.recent_min) & (before_n >= given.before_min)
    middle = s / np.maximum(n, 1e-9)
    gain = before_n * _divergence(before_s / np.maximum(before_n, 1e-9), middle)
    gain = gain + after_n * _divergence(after_s / np.maximum(after_n, 1e-9), middle)
    found: Numbers = np.where(allowed, gain, -1.0)
    return found


def find_change(evidence: Numbers, total: Numbers, given: Detector) -> int | None:
    """Returns the place of the first bucket after a change, None without one."""
    found = statistics(evidence, total, given)
    if not len(found) or found.max() <= given.threshold:
        return None
    return len(evidence) - len(found) + int(found.argmax())


def _divergence(p: Numbers, q: Numbers) -> Numbers:
    """Returns the Kullback-Leibler divergence of two coins."""
    p, q = np.clip(p, 1e-4, 1 - 1e-4), np.clip(q, 1e-4, 1 - 1e-4)
    found: Numbers = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return found
