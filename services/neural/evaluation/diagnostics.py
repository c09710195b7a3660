"""Whether events can say anything of a target policy.

An interval counts on the weights: few events that carry most of the weight, few users, or choices of the target policy
that were never made leave it too short. The last shows in the mean weight, which is 1 when every choice of the target
policy could be made (its expectation is Σ target over the choices that could).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neural.evaluation.estimators import Interval, Numbers, Sample, ratio

EVENTS_MIN = 2000
EFFECTIVE_MIN = 200.0
"""Least effective sample size."""
USERS_MIN = 30.0
"""Least effective number of users."""
MEAN_WEIGHT = (0.9, 1.1)
"""Where the mean weight has to be possible, by its interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """What the weights of a sample look like."""

    events: int
    effective_events: float
    """(Σ w)² / Σ w² over events (Kish, 1965): as many events of equal weight would say as much."""
    effective_users: float
    """The same over users, each with the sum of their weights."""
    overlap: float
    """Share of the events whose choice the target policy may make."""
    weight_max: float
    weight_mean: Interval


def diagnose(sample: Sample) -> Diagnostics:
    """Looks at the weights; an empty sample has none."""
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
    """Returns (Σ w)² / Σ w²; 0 without any weight."""
    top = float(weights.max(initial=0.0))
    if top <= 0:
        return 0.0
    shares = weights / top
    return float(shares.sum() ** 2 / (shares @ shares))


def shortfall(found: Diagnostics) -> str:
    """Says what is missing for a verdict; empty when nothing is."""
    missing = []
    if found.events < EVENTS_MIN:
        missing.append(f"there are {found.events} decisions with feedback, and {EVENTS_MIN} are needed")
    if found.events and found.effective_events < EFFECTIVE_MIN:
        missing.append(
            f"the strategy overlaps too little with what was decided: its effective sample size is "
            f"{found.effective_events:.0f}, and {EFFECTIVE_MIN:.0f} are needed ({found.overlap:.0%} of the choices "
            f"are ones that it makes; the largest weight is {found.weight_max:.1f})"
        )
    if found.events and found.effective_users < USERS_MIN:
        missing.append(
            f"the feedback is that of {found.effective_users:.0f} users in effect, and {USERS_MIN:.0f} are needed"
        )
    mean = found.weight_mean
    if found.events and (mean.upper < MEAN_WEIGHT[0] or mean.lower > MEAN_WEIGHT[1]):
        missing.append(
            f"the weights average {mean.value:.2f} where 1 is expected: the strategy chooses what was never tried, or "
            "feedback depends on the choice"
        )
    return f"Not enough data: {'; '.join(missing)}." if missing else ""
