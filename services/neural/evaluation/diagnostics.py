"""Diagnostics: whether a sample is sufficient to evaluate a target policy.

An interval is too short if few events have most of the weight, if there are few users, or if the logging policy never
makes some choices of the target policy. In the last case the mean weight is below 1: its expectation is Σ target over
the choices that the logging policy makes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neural.evaluation.estimators import Interval, Numbers, Sample, ratio

EVENTS_MIN = 2000
EFFECTIVE_MIN = 200.0
"""Smallest sufficient effective sample size."""
USERS_MIN = 30.0
"""Smallest sufficient effective number of users."""
MEAN_WEIGHT = (0.9, 1.1)
"""Range that the interval of the mean weight must overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Statistics of the weights of a sample."""

    events: int
    effective_events: float
    """Effective sample size (Σ w)² / Σ w² over events (Kish, 1965)."""
    effective_users: float
    """Effective sample size over users, each with the sum of the weights of its events."""
    overlap: float
    """Share of the events whose choice the target policy makes with a probability above 0."""
    weight_max: float
    weight_mean: Interval


def diagnose(sample: Sample) -> Diagnostics:
    """Returns the diagnostics of a sample, which may be empty."""
    weights = sample.weights
    by_user = np.bincount(sample.users, weights).astype(np.float64)
    return Diagnostics(
        events=len(weights),
        effective_events=effective(weights),
        effective_users=effective(by_user),
        overlap=float(np.mean(weights > 0)) if len(weights) else 0.0,
        weight_max=float(weights.max(initial=0.0)),
        weight_mean=ratio(weights, np.ones_like(weights), sample.users),
    )


def effective(weights: Numbers) -> float:
    """Returns (Σ w)² / Σ w², or 0 without weights above 0."""
    top = float(weights.max(initial=0.0))
    if top <= 0:
        return 0.0
    shares = weights / top
    return float(shares.sum() ** 2 / (shares @ shares))


def shortfall(found: Diagnostics) -> str:
    """Returns why a sample is not sufficient, or an empty text if it is."""
    reasons = []
    if found.events < EVENTS_MIN:
        reasons.append(f"{found.events} decisions have feedback, and {EVENTS_MIN} are needed")
    if found.events and found.effective_events < EFFECTIVE_MIN:
        reasons.append(
            f"the effective sample size is {found.effective_events:.0f}, and {EFFECTIVE_MIN:.0f} are needed (the "
            f"strategy makes {found.overlap:.0%} of the logged choices; the largest weight is {found.weight_max:.1f})"
        )
    if found.events and found.effective_users < USERS_MIN:
        reasons.append(f"the effective number of users is {found.effective_users:.0f}, and {USERS_MIN:.0f} are needed")
    mean = found.weight_mean
    if found.events and (mean.upper < MEAN_WEIGHT[0] or mean.lower > MEAN_WEIGHT[1]):
        reasons.append(
            f"the mean weight is {mean.value:.2f}, and 1 is expected: the strategy makes choices that were never "
            "logged, or the presence of feedback depends on the choice"
        )
    return f"Not enough data: {'; '.join(reasons)}." if reasons else ""
