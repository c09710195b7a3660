"""The confidence sequence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.proportions import compare_proportions
from experiments.analysis.sequential import confidence_sequence, sequence_of


def test_known_numbers() -> None:
    sequence = sequence_of(compare_proportions(100, 1000, 150, 1000), alpha=0.05, tuning=5000)
    assert sequence.p_value == pytest.approx(0.025838, abs=5e-7)
    assert (sequence.low, sequence.high) == pytest.approx((0.003931, 0.096069), abs=5e-7)


@given(st.floats(-1, 1), st.floats(1e-4, 1), st.integers(2, 10**6), st.floats(0.001, 0.2))
def test_interval_and_p_agree(difference: float, error: float, users: int, alpha: float) -> None:
    sequence = confidence_sequence(difference, error, users, alpha)
    edge = min(abs(sequence.low), abs(sequence.high))
    if edge > 1e-9 * (abs(difference) + error):
        assert (sequence.p_value < alpha) == sequence.excludes(0.0)


def test_it_is_wider_than_an_interval_for_one_look() -> None:
    sequence = confidence_sequence(0.0, 0.01, 5000)
    assert sequence.high > 1.96 * 0.01


def test_without_users_or_error_it_says_nothing() -> None:
    for sequence in (confidence_sequence(1.0, 0.0, 1000), confidence_sequence(1.0, 1.0, 1)):
        assert sequence.p_value == 1.0
        assert not sequence.excludes(0.0)
        assert math.isfinite(sequence.low)


def test_overwhelming_evidence_does_not_overflow() -> None:
    assert confidence_sequence(1.0, 1e-6, 10_000).p_value == 0.0
