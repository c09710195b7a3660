"""Less variance, and no shift, from what was known before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis.comparisons import measure
from experiments.analysis.cuped import compare_cuped
from splits.model import OutcomeSummary
from tests.experiments.analysis.outcomes import clustered


def made(seed: int, pull: float, users: int = 2000) -> OutcomeSummary:
    """Makes users whose past foretells their outcomes, several each."""
    random = np.random.default_rng(seed)
    past = random.normal(0, 1, users)
    who = np.repeat(np.arange(users), random.integers(1, 6, users))
    values = past[who] + random.normal(pull, 0.5, len(who))
    return clustered(f"v{pull}", who.astype(float), values, np.ones(len(who)), past, "score")


def test_the_past_takes_most_of_the_variance() -> None:
    control, treatment = made(1, 0.0), made(2, 0.05)
    adjusted = compare_cuped(control, treatment)
    assert adjusted is not None
    assert measure(control, treatment) == adjusted
    control_only = measure(clear(control), clear(treatment))
    assert adjusted.error < 0.5 * control_only.error
    assert adjusted.difference == pytest.approx(0.05, abs=3 * adjusted.error)


def clear(summary: OutcomeSummary) -> OutcomeSummary:
    """Forgets the past."""
    return replace(summary, pre=None)


def test_equal_variants_win_as_rarely_as_they_should() -> None:
    found = [compare_cuped(made(2 * seed, 0.0, 300), made(2 * seed + 1, 0.0, 300)) for seed in range(10, 310)]
    rate = sum(each is not None and each.p_value < 0.05 for each in found) / len(found)
    assert 0.02 < rate < 0.09


def test_a_past_that_is_the_same_for_all_adjusts_nothing() -> None:
    flat = clustered("c", np.arange(9.0), np.arange(9.0), np.ones(9), np.ones(9))
    assert compare_cuped(flat, flat) is None
