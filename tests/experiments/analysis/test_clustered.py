"""Users with several outcomes."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.analysis.clustered import compare_clustered, ratio_variance
from experiments.analysis.comparisons import measure
from experiments.analysis.means import compare_means
from tests.experiments.analysis.outcomes import Floats, clustered, numbers


def made(seed: int, users: int, pull: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """Returns user, value and weight of outcomes of users who differ."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(users), random.integers(1, 30, users)).astype(float)
    taste = random.normal(0.5 + pull, 0.3, users)
    values = (random.random(len(who)) < taste[who.astype(int)]).astype(float)
    return who, values, random.uniform(0.1, 1, len(who))


def test_the_variance_is_that_of_resampled_users() -> None:
    who, values, weights = made(3, 400)
    y = np.bincount(who.astype(int), weights * values)
    m = np.bincount(who.astype(int), weights)
    picks = np.random.default_rng(4).integers(0, 400, (4000, 400))
    again = y[picks].sum(axis=1) / m[picks].sum(axis=1)
    assert np.sqrt(ratio_variance(clustered("a", who, values, weights))) == pytest.approx(again.std(), rel=0.05)


def test_one_outcome_a_user_is_welch() -> None:
    random = np.random.default_rng(5)
    before, after = random.normal(1, 1, 300), random.normal(1.2, 2, 200)
    one = compare_clustered(numbers("c", before, "cost"), numbers("t", after, "cost"))
    other = compare_means(
        300, float(before.sum()), float(before @ before), 200, float(after.sum()), float(after @ after)
    )
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_several_outcomes_a_user_are_never_taken_as_independent() -> None:
    control, treatment = clustered("c", *made(6, 300)), clustered("t", *made(7, 300))
    assert measure(control, treatment).test == "clustered"
    naive = 2 * 0.25 / control.sum_m
    assert measure(control, treatment).error ** 2 > 2 * naive


def test_without_variance_nothing_can_be_said() -> None:
    ones = np.ones(50)
    same = clustered("c", np.repeat(np.arange(25.0), 2), ones, ones)
    assert compare_clustered(same, same).p_value == 1.0
