"""Variance reduction by a covariate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.analysis.comparisons import compare_groups
from experiments.analysis.cuped import compare_cuped
from splits.model import OutcomeSummary
from tests.experiments.fixtures.summaries import clustered


def summary(seed: int, level: float, users: int = 2000) -> OutcomeSummary:
    """Returns the summary of users with several outcomes each, which correlate with the covariate."""
    random = np.random.default_rng(seed)
    covariate = random.normal(0, 1, users)
    user = np.repeat(np.arange(users), random.integers(1, 6, users))
    values = covariate[user] + random.normal(level, 0.5, len(user))
    return clustered(f"v{level}", user.astype(float), values, np.ones(len(user)), covariate, "score")


def test_compare_cuped_with_predictive_covariate_halves_the_error() -> None:
    control, treatment = summary(1, 0.0), summary(2, 0.05)
    adjusted = compare_cuped(control, treatment)
    assert adjusted is not None
    assert compare_groups(control, treatment) == adjusted
    unadjusted = compare_groups(without_covariate(control), without_covariate(treatment))
    assert adjusted.error < 0.5 * unadjusted.error
    assert adjusted.difference == pytest.approx(0.05, abs=3 * adjusted.error)


def without_covariate(outcomes: OutcomeSummary) -> OutcomeSummary:
    """Returns the summary without its covariate."""
    return replace(outcomes, pre=None)


def test_compare_cuped_of_equal_variants_keeps_the_false_positive_rate() -> None:
    found = [compare_cuped(summary(2 * seed, 0.0, 300), summary(2 * seed + 1, 0.0, 300)) for seed in range(10, 310)]
    rate = sum(each is not None and each.p_value < 0.05 for each in found) / len(found)
    assert 0.02 < rate < 0.09


def test_compare_cuped_with_constant_covariate_returns_none() -> None:
    flat = clustered("c", np.arange(9.0), np.arange(9.0), np.ones(9), np.ones(9))
    assert compare_cuped(flat, flat) is None
