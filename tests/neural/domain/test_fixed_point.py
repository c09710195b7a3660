"""Fixed-point sums of decayed weights."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.fixed_point import FRACTION_BITS, LANDMARK, decayed, mean, weigh
from tests.neural.fixtures.units import half_lives, moments

TINY = 1e-290
"""Absolute tolerance, for numbers below the smallest normal float."""

amounts = st.floats(1e-3, 1)
weights = st.tuples(amounts, moments)


def decimal_weight(amount: float, moment: datetime, now: datetime, half_life: timedelta) -> Decimal:
    """Returns amount * 2^(-age / half-life) to 50 digits."""
    with localcontext() as context:
        context.prec = 50
        micro = timedelta(microseconds=1)
        age = Decimal((now - moment) // micro) / Decimal(half_life // micro)
        return Decimal(amount) * Decimal(2) ** -age


@given(st.lists(weights, max_size=30), st.lists(weights, max_size=10), half_lives, st.randoms(use_true_random=False))
def test_sum_of_weights_does_not_depend_on_order(
    stay: list[tuple[float, datetime]],
    leave: list[tuple[float, datetime]],
    half_life: timedelta,
    chance: random.Random,
) -> None:
    steps = [(1, *each) for each in stay + leave] + [(-1, *each) for each in leave]
    chance.shuffle(steps)
    total = sum(sign * weigh(amount, moment, half_life) for sign, amount, moment in steps)
    assert total == sum(weigh(amount, moment, half_life) for amount, moment in stay)


@given(amounts, moments, moments, half_lives)
def test_decayed_weight_equals_decimal_computation(
    amount: float, one: datetime, other: datetime, half_life: timedelta
) -> None:
    moment, now = sorted([one, other])
    seen = decayed(weigh(amount, moment, half_life), now, half_life)
    assert seen == pytest.approx(float(decimal_weight(amount, moment, now, half_life)), rel=1e-9, abs=TINY)


@given(st.lists(weights, min_size=1, max_size=30), st.timedeltas(timedelta(), timedelta(days=3650)), half_lives)
def test_decayed_sum_equals_decimal_computation(
    units: list[tuple[float, datetime]], later: timedelta, half_life: timedelta
) -> None:
    now = max(moment for _, moment in units) + later
    total = sum(weigh(amount, moment, half_life) for amount, moment in units)
    expected = sum(decimal_weight(amount, moment, now, half_life) for amount, moment in units)
    assert decayed(total, now, half_life) == pytest.approx(float(expected), rel=1e-9, abs=TINY)


@given(amounts, moments, half_lives)
def test_decayed_weight_after_half_life_is_half(amount: float, moment: datetime, half_life: timedelta) -> None:
    total = weigh(amount, moment, half_life)
    assert decayed(total, moment, half_life) == pytest.approx(amount, rel=1e-9)
    assert decayed(total, moment + half_life, half_life) == pytest.approx(amount / 2, rel=1e-9)


@pytest.mark.parametrize("total", [0, -1, -(1 << 80)])
def test_decayed_nonpositive_sum_is_zero(total: int) -> None:
    assert decayed(total, LANDMARK, timedelta(days=1)) == 0.0


def test_mean_of_large_sums_is_decimal_weight() -> None:
    huge = weigh(1.0, LANDMARK + timedelta(days=7300), timedelta(days=1))
    assert huge > 2**7000
    assert mean(huge // 4 * 3, huge) == 0.75
    assert mean(0, 0) == 0.5
    assert mean(0, 1 << FRACTION_BITS) == 0.0
