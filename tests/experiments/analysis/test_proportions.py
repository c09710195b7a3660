"""Comparison of two proportions with published values."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.proportions import compare_proportions, z_test
from tests.experiments.fixtures.summaries import known


def test_compare_proportions_returns_known_values() -> None:
    effect = compare_proportions(100, 1000, 130, 1000)
    assert effect.test == "z_pooled"
    assert effect.statistic == pytest.approx(2.102741, abs=5e-7)
    assert effect.p_value == pytest.approx(0.03548845, abs=5e-9)
    assert (effect.low, effect.high) == pytest.approx((0.0020023, 0.0580705), abs=5e-8)
    assert effect.cohens_d == pytest.approx(0.0940945, abs=5e-8)
    assert effect.cohens_h == pytest.approx(2 * (math.asin(math.sqrt(0.13)) - math.asin(math.sqrt(0.1))))
    assert effect.effect_size == effect.cohens_h


def test_compare_proportions_with_rare_outcomes_uses_fisher() -> None:
    assert z_test(0, 1000, 5, 1000)[1] == pytest.approx(0.0251645, abs=5e-8)
    effect = compare_proportions(0, 1000, 5, 1000)
    assert effect.test == "fisher"
    assert effect.p_value == pytest.approx(0.0621876, abs=5e-8)


@pytest.mark.parametrize(
    "counts", [(1000, 1000, 1000, 1000), (0, 1000, 0, 1000), (0, 0, 0, 0), (0, 0, 5, 10), (1, 1, 0, 1), (5, 10, 0, 0)]
)
def test_compare_proportions_of_equal_or_empty_groups_has_p_value_one(counts: tuple[int, int, int, int]) -> None:
    assert compare_proportions(*counts).p_value == 1.0


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_compare_proportions_returns_finite_numbers(n: int, m: int, k: int, l: int) -> None:  # noqa: E741
    effect = compare_proportions(min(k, n), n, min(l, m), m)
    assert all(math.isfinite(field) for field in astuple(effect) if isinstance(field, int | float))
    assert 0 <= effect.p_value <= 1
    if min(n, m) < 2:
        assert (effect.low, effect.high) == (None, None)
        return
    low, high = known(effect.low, effect.high)
    assert low - 1e-9 <= effect.difference <= high + 1e-9
