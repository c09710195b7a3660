"""Sequential test of the sample ratio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pytest

from experiments.analysis.sample_ratio import MISMATCH_P_MAX, sample_ratio

EVEN = {"control": 0.5, "treatment": 0.5}
RARE = {"control": 0.99, "treatment": 0.01}
THREE = {"control": 0.6, "a": 0.3, "b": 0.1}
HOURS, USERS_PER_HOUR = 168, 20


@pytest.mark.parametrize(
    ("control", "treatment", "alarm"),
    [(1000, 1300, True), (1000, 1200, False), (135, 115, False), (0, 0, False), (500, 500, False), (0, 25, True)],
)
def test_sample_ratio_of_even_groups_detects_mismatch(control: int, treatment: int, alarm: bool) -> None:
    ratio = sample_ratio({"control": control, "treatment": treatment}, EVEN, epoch=3)
    assert (ratio.is_mismatch, ratio.epoch) == (alarm, 3)


def test_sample_ratio_equals_its_formula() -> None:
    """Two mixtures of binomials over Beta distributions with mean 0.5, one of weight 10 and one of weight 10,000."""
    from scipy.stats import betabinom, binom

    likelihoods = [betabinom.pmf(60, 200, weight / 2, weight / 2) for weight in (10, 10_000)]
    expected = binom.pmf(60, 200, 0.5) / np.mean(likelihoods)
    assert sample_ratio({"control": 60, "treatment": 140}, EVEN).p_value == pytest.approx(expected)
    assert expected < 1e-4


@pytest.mark.parametrize("shares", [EVEN, RARE, THREE, {"control": 0.999, "treatment": 0.001}])
def test_first_users_are_no_mismatch(shares: Mapping[str, float]) -> None:
    for name in shares:
        assert sample_ratio({name: 1}, shares).p_value == pytest.approx(1)
        assert not sample_ratio({name: 2}, shares).is_mismatch


@pytest.mark.parametrize("shares", [EVEN, RARE, THREE])
def test_probability_of_an_alarm_after_any_of_the_first_users_is_at_most_nominal(shares: Mapping[str, float]) -> None:
    """The exact probability, with a look after each user; `silent` contains that of counts without an alarm before."""
    silent = {(0,) * len(shares): 1.0}
    alarms = 0.0
    for _ in range(200 if len(shares) == 2 else 40):
        following: dict[tuple[int, ...], float] = defaultdict(float)
        for counts, probability in silent.items():
            for index, share in enumerate(shares.values()):
                following[(*counts[:index], counts[index] + 1, *counts[index + 1 :])] += probability * share
        silent = dict(following)
        for counts in following:
            if sample_ratio(dict(zip(shares, counts, strict=True)), shares).is_mismatch:
                alarms += silent.pop(counts)
    assert 1e-5 < alarms <= MISMATCH_P_MAX


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_false_alarms_under_hourly_looks_are_at_most_nominal(share: float) -> None:
    random = np.random.default_rng(7)
    shares = {"control": 1 - share, "treatment": share}
    runs = 300
    treated = np.cumsum(random.binomial(USERS_PER_HOUR, share, (runs, HOURS)), axis=1)
    alarms = 0
    for row in treated:
        looks = ((USERS_PER_HOUR * (hour + 1), int(row[hour])) for hour in range(HOURS))
        ratios = (sample_ratio({"control": users - count, "treatment": count}, shares) for users, count in looks)
        alarms += any(ratio.is_mismatch for ratio in ratios)
    assert alarms <= 2  # more than 2 of 300 have a probability of 0.004 at 0.001 per run


def test_ratio_of_45_to_55_is_detected_within_4000_users() -> None:
    random = np.random.default_rng(8)
    controls = random.binomial(4000, 0.45, 200)
    found = sum(sample_ratio({"control": int(n), "treatment": 4000 - int(n)}, EVEN).is_mismatch for n in controls)
    assert found >= 190


def test_sample_ratio_with_shares_below_one_uses_their_proportions() -> None:
    users = {"control": 1010, "a": 500, "b": 490}
    assert sample_ratio(users, {"control": 0.1, "a": 0.05, "b": 0.05}).p_value > 0.5
    assert sample_ratio(users, {"control": 0.1, "a": 0.06, "b": 0.04}).is_mismatch


def test_sample_ratio_of_missing_or_unplanned_group_is_mismatch() -> None:
    assert sample_ratio({"treatment": 100}, EVEN).is_mismatch
    assert sample_ratio({"control": 1, "treatment": 100}, {"control": 0.0, "treatment": 1.0}).is_mismatch
    assert not sample_ratio({"treatment": 100}, {"control": 0.0, "treatment": 1.0}).is_mismatch


def test_sample_ratio_of_many_users_is_a_probability() -> None:
    for control, treatment in ((10**9, 10**9), (10**9, 10**9 + 10**6), (10**9, 1), (0, 10**9)):
        assert 0 <= sample_ratio({"control": control, "treatment": treatment}, EVEN).p_value <= 1
    assert not sample_ratio({"control": 10**9, "treatment": 10**9 + 10**4}, EVEN).is_mismatch
