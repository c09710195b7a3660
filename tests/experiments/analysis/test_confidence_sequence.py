"""Asymptotic confidence sequence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.confidence_sequence import confidence_sequence, hull, loss_p_value, sequence_of
from experiments.analysis.proportions import compare_proportions
from tests.experiments.fixtures.summaries import known


def test_confidence_sequence_returns_known_values() -> None:
    sequence = sequence_of(compare_proportions(100, 1000, 150, 1000), alpha=0.05, tuning_users=5000)
    assert sequence.p_value == pytest.approx(0.025838, abs=5e-7)
    assert (sequence.low, sequence.high) == pytest.approx((0.003931, 0.096069), abs=5e-7)


@given(st.floats(-1, 1), st.floats(1e-4, 1), st.integers(2, 10**6), st.floats(0.001, 0.2))
def test_confidence_sequence_excludes_zero_exactly_when_p_value_is_below_alpha(
    difference: float, error: float, users: int, alpha: float
) -> None:
    sequence = confidence_sequence(difference, error, users, alpha)
    edge = min(abs(bound) for bound in known(sequence.low, sequence.high))
    if edge > 1e-9 * (abs(difference) + error):
        assert (sequence.p_value < alpha) == sequence.excludes(0.0)


def test_confidence_sequence_is_wider_than_fixed_horizon_interval() -> None:
    sequence = confidence_sequence(0.0, 0.01, 5000)
    assert known(sequence.low, sequence.high)[1] > 1.96 * 0.01


def test_confidence_sequence_without_users_or_error_is_unbounded() -> None:
    for sequence in (confidence_sequence(1.0, 0.0, 1000), confidence_sequence(1.0, 1.0, 1)):
        assert sequence.p_value == 1.0
        assert not sequence.excludes(0.0)
        assert (sequence.low, sequence.high) == (None, None)


def test_confidence_sequence_with_tiny_error_does_not_overflow() -> None:
    assert confidence_sequence(1.0, 1e-6, 10_000).p_value == 0.0


def test_loss_p_value_equals_its_formula() -> None:
    rho_squared = (-2 * math.log(0.1) + math.log(-2 * math.log(0.1) + 1)) / 1000
    growth = 2000 * rho_squared + 1
    expected = math.sqrt(growth) / (2 * math.exp(2000 * rho_squared * 3.5**2 / (2 * growth)) - 1)
    assert loss_p_value(-3.5, 1.0, 2000, alpha=0.05, tuning_users=1000) == pytest.approx(expected)
    assert 0.001 < expected < 0.05


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.integers(0, 10**6))
def test_loss_p_value_of_a_gain_is_one(gain: float, error: float, users: int) -> None:
    assert loss_p_value(gain, error, users) == 1.0


@given(st.floats(-1e9, -1e-9), st.floats(1e-9, 1e9), st.integers(2, 10**6))
def test_loss_p_value_is_a_probability_and_falls_with_the_loss(gain: float, error: float, users: int) -> None:
    p_value = loss_p_value(gain, error, users)
    assert 0 <= p_value <= 1
    assert loss_p_value(2 * gain, error, users) <= p_value


def test_loss_p_value_without_users_or_error_is_one() -> None:
    assert loss_p_value(-1.0, 0.0, 1000) == loss_p_value(-1.0, 1.0, 1) == 1.0
    assert loss_p_value(-1.0, 1e-9, 1000) == 0.0


def test_loss_p_value_under_repeated_looks_keeps_its_level() -> None:
    """Equal variants, analysed after every 50 users of up to 5,000; the smallest p-value counts."""
    random = np.random.default_rng(3)
    steps = np.arange(50, 5001, 50)
    means = np.cumsum(random.normal(0, 1, (400, 5000)), axis=1)[:, steps - 1] / steps
    smallest = [
        min(loss_p_value(float(mean), 1 / math.sqrt(n), int(n)) for mean, n in zip(row, steps, strict=True))
        for row in means
    ]
    assert sum(p_value < 0.05 for p_value in smallest) <= 400 * 0.05
    assert sum(p_value < 0.5 for p_value in smallest) > 20


def test_hull_contains_all_sequences() -> None:
    one, other = confidence_sequence(0.1, 0.01, 1000), confidence_sequence(-0.2, 0.05, 500)
    whole = hull([one, other])
    assert (whole.low, whole.high, whole.p_value) == (other.low, one.high, max(one.p_value, other.p_value))
