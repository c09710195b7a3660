"""Not worse by more than a margin."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.noninferiority import margin_test, score_test
from experiments.analysis.proportions import compare_proportions
from splits.model import Direction


def test_farrington_and_manning() -> None:
    """100 of 1000 each, margin 0.02: the constrained rates are 0.11066 and 0.09066, hence z = 1.48716."""
    assert score_test(100, 1000, 100, 1000, 0.02) == pytest.approx(0.0684857, abs=5e-8)


def test_more_users_show_more() -> None:
    assert score_test(5000, 10_000, 5000, 10_000, 0.02) < 0.05 < score_test(500, 1000, 500, 1000, 0.02)
    assert score_test(5000, 10_000, 4800, 10_000, 0.02) == pytest.approx(0.5, abs=0.001)


def test_less_can_be_better() -> None:
    up, down = score_test(900, 1000, 880, 1000, 0.05), score_test(100, 1000, 120, 1000, 0.05, Direction.DOWN)
    assert up == pytest.approx(down)


def test_the_normal_test_agrees_in_large_groups() -> None:
    effect = compare_proportions(5000, 10_000, 5050, 10_000)
    assert margin_test(effect, 0.01) == pytest.approx(score_test(5000, 10_000, 5050, 10_000, 0.01), rel=0.02)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.floats(0, 0.9))
def test_nothing_is_ever_nan(n: int, m: int, k: int, l: int, margin: float) -> None:  # noqa: E741
    p_value = score_test(min(k, n), n, min(l, m), m, margin)
    assert math.isfinite(p_value)
    assert 0 <= p_value <= 1
