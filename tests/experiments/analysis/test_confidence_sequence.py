"""Asymptotic confidence sequence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.confidence_sequence import confidence_sequence, sequence_of
from experiments.analysis.proportions import compare_proportions


def test_confidence_sequence_returns_known_values() -> None:
    sequence = sequence_of(compare_proportions(100, 1000, 150, 1000), alpha=0.05, tuning_users=5000)
    assert sequence.p_value == pytest.approx(0.025838, abs=5e-7)
    assert (sequence.low, sequence.high) == pytest.approx((0.003931, 0.096069), abs=5e-7)


@given(st.floats(-1, 1), st.floats(1e-4, 1), st.integers(2, 10**6), st.floats(0.001, 0.2))
def test_confidence_sequence_excludes_zero_exactly_when_p_value_is_below_alpha(
    difference: float, error: float, users: int, alpha: float
) -> None:
    sequence = confidence_sequence(difference, error, users, alpha)
    edge = min(abs(sequence.low), abs(sequence.high))
    if edge > 1e-9 * (abs(difference) + error):
        assert (sequence.p_value < alpha) == sequence.excludes(0.0)


def test_confidence_sequence_is_wider_than_fixed_horizon_interval() -> None:
    sequence = confidence_sequence(0.0, 0.01, 5000)
    assert sequence.high > 1.96 * 0.01


def test_confidence_sequence_without_users_or_error_has_p_value_one() -> None:
    for sequence in (confidence_sequence(1.0, 0.0, 1000), confidence_sequence(1.0, 1.0, 1)):
        assert sequence.p_value == 1.0
        assert not sequence.excludes(0.0)
        assert math.isfinite(sequence.low)


def test_confidence_sequence_with_tiny_error_does_not_overflow() -> None:
    assert confidence_sequence(1.0, 1e-6, 10_000).p_value == 0.0
