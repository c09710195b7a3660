"""Comparison of users with several outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.analysis.clustered import compare_clustered, ratio_variance
from experiments.analysis.comparisons import compare_groups
from experiments.analysis.means import compare_means
from tests.experiments.fixtures.summaries import Floats, clustered, numbers


def outcomes(seed: int, users: int) -> tuple[Floats, Floats, Floats]:
    """Returns user, value and weight of the outcomes of users with different rates."""
    random = np.random.default_rng(seed)
    user = np.repeat(np.arange(users), random.integers(1, 30, users)).astype(float)
    rates = random.normal(0.5, 0.3, users)
    values = (random.random(len(user)) < rates[user.astype(int)]).astype(float)
    return user, values, random.uniform(0.1, 1, len(user))


def test_ratio_variance_equals_variance_over_resampled_users() -> None:
    user, values, weights = outcomes(3, 400)
    y = np.bincount(user.astype(int), weights * values)
    m = np.bincount(user.astype(int), weights)
    resampled = np.random.default_rng(4).integers(0, 400, (4000, 400))
    ratios = y[resampled].sum(axis=1) / m[resampled].sum(axis=1)
    assert np.sqrt(ratio_variance(clustered("a", user, values, weights))) == pytest.approx(ratios.std(), rel=0.05)


def test_compare_clustered_with_one_outcome_per_user_equals_welch() -> None:
    random = np.random.default_rng(5)
    before, after = random.normal(1, 1, 300), random.normal(1.2, 2, 200)
    one = compare_clustered(numbers("c", before, "cost"), numbers("t", after, "cost"))
    other = compare_means(
        300, float(before.sum()), float(before @ before), 200, float(after.sum()), float(after @ after)
    )
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_compare_groups_with_several_outcomes_per_user_uses_clustered_variance() -> None:
    control, treatment = clustered("c", *outcomes(6, 300)), clustered("t", *outcomes(7, 300))
    assert compare_groups(control, treatment).test == "clustered"
    naive = 2 * 0.25 / control.sum_m
    assert compare_groups(control, treatment).error ** 2 > 2 * naive


def test_compare_clustered_without_variance_has_p_value_one() -> None:
    ones = np.ones(50)
    same = clustered("c", np.repeat(np.arange(25.0), 2), ones, ones)
    assert compare_clustered(same, same).p_value == 1.0
