"""Off-policy estimators: known samples, and properties of all samples."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from neural.evaluation.estimators import Interval, Sample, dr, estimates, ips, ratio, snips, unsupported_share
from tests.neural.fixtures.samples import sample, samples

CLOSE = 1e-9


def test_estimators_of_known_sample_return_known_values() -> None:
    # weights 2, 0, 1; weighted rewards 2, 0, 0.5
    events = sample([1, 1, 0.5], [0.5, 0.5, 1], [1, 0, 1], predicted=[0.5, 0.5, 0.5], expected=[0.6, 0.6, 0.3])
    assert ips(events).value == pytest.approx(2.5 / 3)
    assert snips(events).value == pytest.approx(2.5 / 3)
    # 0.6 + 2 * 0.5, 0.6, 0.3 + 0
    assert dr(events).value == pytest.approx((1.6 + 0.6 + 0.3) / 3)


def test_interval_of_known_sample_uses_student_t() -> None:
    found = ips(sample([0.2, 0.4, 0.9], [1, 1, 1], [1, 1, 1]))
    error = np.std([0.2, 0.4, 0.9], ddof=1) / math.sqrt(3)
    radius = t.ppf(0.975, 2) * error
    assert (found.value, found.lower, found.upper) == pytest.approx((0.5, 0.5 - radius, 0.5 + radius))


def test_interval_of_duplicated_events_of_users_is_unchanged() -> None:
    once = ips(sample([0.2, 0.4, 0.9], [1, 1, 1], [1, 1, 1]))
    twice = sample([0.2, 0.4, 0.9] * 2, [1] * 6, [1] * 6, users=[0, 1, 2] * 2)
    found = ips(twice)
    assert (found.value, found.lower, found.upper) == pytest.approx((once.value, once.lower, once.upper), abs=CLOSE)
    by_event = ips(replace(twice, users=np.arange(6)))
    assert by_event.upper - by_event.lower < once.upper - once.lower


def test_interval_of_one_user_or_without_weights_is_infinite() -> None:
    alone = ips(sample([0.2, 0.4], [1, 1], [1, 1], users=[0, 0]))
    assert alone.value == pytest.approx(0.3)
    assert (alone.lower, alone.upper) == (-math.inf, math.inf)
    assert alone.clipped() == Interval(alone.value, 0.0, 1.0)
    assert snips(sample([1, 1], [1, 1], [0, 0])) == Interval(0.5, -math.inf, math.inf)


def test_estimates_of_empty_sample_are_infinite() -> None:
    for each in estimates(sample([], [], [])).values():
        assert each == Interval(0.5, -math.inf, math.inf)


@given(samples())
def test_estimate_of_logging_policy_is_mean_reward(events: Sample) -> None:
    same = replace(events, target=events.logged)
    mean = float(np.mean(events.rewards))
    assert ips(same).value == pytest.approx(mean, abs=CLOSE)
    assert snips(same).value == pytest.approx(mean, abs=CLOSE)


@given(samples(), st.floats(-2, 2))
def test_snips_of_shifted_rewards_shifts_equally(events: Sample, by: float) -> None:
    moved = replace(events, rewards=events.rewards + by)
    assert snips(moved).value == pytest.approx(snips(events).value + by, abs=1e-7)


@given(samples())
def test_snips_is_within_range_of_rewards(events: Sample) -> None:
    assert events.rewards.min() - CLOSE <= snips(events).value <= events.rewards.max() + CLOSE


@given(samples())
def test_dr_with_perfect_model_is_expected_reward(events: Sample) -> None:
    perfect = replace(events, predicted=events.rewards)
    assert dr(perfect).value == pytest.approx(float(np.mean(events.expected)), abs=CLOSE)
    without = replace(events, predicted=np.zeros(len(events.rewards)), expected=np.zeros(len(events.rewards)))
    assert dr(without).value == ips(without).value


def test_interval_is_widened_by_unsupported_share() -> None:
    rewards, users = [0.2, 0.4, 0.9], [1.0, 1.0, 1.0]
    whole, part = sample(rewards, users, [1, 1, 1]), sample(rewards, users, [0.8, 0.8, 0.8])
    assert unsupported_share(whole) == 0
    assert unsupported_share(part) == pytest.approx(0.2)
    assert snips(part).value == pytest.approx(0.5)
    assert snips(part).upper == pytest.approx(snips(whole).upper + 0.2 * 0.5)
    assert snips(part).lower == pytest.approx(snips(whole).lower - 0.2 * 0.5)
    narrow = ratio(part.weights * part.rewards, np.ones(3), part.users)
    assert ips(part).lower == narrow.lower
    assert ips(part).upper == pytest.approx(narrow.upper + 0.2)


@given(samples())
def test_estimates_do_not_depend_on_event_order_and_user_numbers(events: Sample) -> None:
    columns = {name: getattr(events, name)[::-1] for name in ("rewards", "logged", "target", "predicted", "expected")}
    users = (events.users.max() - events.users)[::-1]
    for name, each in estimates(Sample(**columns, users=users)).items():
        same = estimates(events)[name]
        assert (each.value, each.lower, each.upper) == pytest.approx((same.value, same.lower, same.upper), abs=1e-6)


def test_interval_coverage_is_95_percent() -> None:
    random = np.random.default_rng(7)
    inside = 0
    for _ in range(1000):
        rewards = random.random(400) + np.repeat(random.normal(0, 0.3, 50), 8)
        found = ratio(rewards, np.ones(400), np.repeat(np.arange(50), 8))
        inside += found.lower <= 0.5 <= found.upper
    assert 0.93 <= inside / 1000 <= 0.97
