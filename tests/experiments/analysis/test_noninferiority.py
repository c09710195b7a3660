"""Tests of non-inferiority."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.noninferiority import margin_test, score_test
from experiments.analysis.proportions import compare_proportions
from splits.model import Direction


def test_score_test_returns_known_value() -> None:
    """With 100 of 1000 each and a margin of 0.02, the restricted estimates are 0.11066 and 0.09066, and z = 1.48716."""
    assert score_test(100, 1000, 100, 1000, 0.02) == pytest.approx(0.0684857, abs=5e-8)


def test_score_test_with_more_users_has_smaller_p_value() -> None:
    assert score_test(5000, 10_000, 5000, 10_000, 0.02) < 0.05 < score_test(500, 1000, 500, 1000, 0.02)
    assert score_test(5000, 10_000, 4800, 10_000, 0.02) == pytest.approx(0.5, abs=0.001)


def test_score_test_of_decreasing_metric_mirrors_increasing_metric() -> None:
    up, down = score_test(900, 1000, 880, 1000, 0.05), score_test(100, 1000, 120, 1000, 0.05, Direction.DOWN)
    assert up == pytest.approx(down)


def test_margin_test_in_large_groups_agrees_with_score_test() -> None:
    effect = compare_proportions(5000, 10_000, 5050, 10_000)
    assert margin_test(effect, 0.01) == pytest.approx(score_test(5000, 10_000, 5050, 10_000, 0.01), rel=0.02)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.floats(0, 0.9))
def test_score_test_returns_finite_p_value(n: int, m: int, k: int, l: int, margin: float) -> None:  # noqa: E741
    p_value = score_test(min(k, n), n, min(l, m), m, margin)
    assert math.isfinite(p_value)
    assert 0 <= p_value <= 1
