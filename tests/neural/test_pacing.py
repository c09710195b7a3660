"""The pacer of a budget: a day's spending comes out at the budget wherever some weight of cost can do that."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural.domain.budget_control import DAY, STEP_MAX_S, Pace, day_of, paced

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
STEP_S = 30
GAIN = 1.0
DEAR_S = 0.01
"""US dollars a second when every request goes to the dear model."""

amounts = st.floats(0, 1e9)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def demand(switch: float, steepness: float, cheap: float) -> Callable[[float], float]:
    """Returns the rate of spending by weight: from the dear model to one that costs the share `cheap` of it."""

    def rate(weight: float) -> float:
        dear = 1 / (1 + math.exp(min(max((weight - switch) * steepness, -50), 50)))
        return DEAR_S * (dear + (1 - dear) * cheap)

    return rate


def day(pace: Pace, budget: float, rate: Callable[[float], float], begin: datetime = MIDNIGHT) -> list[Pace]:
    """Plays a day and returns its paces."""
    spent, paces = 0.0, []
    for step in range(1, int(DAY.total_seconds()) // STEP_S):
        spent += rate(pace.cost_weight) * STEP_S
        pace = paced(pace, budget, spent, begin + timedelta(seconds=step * STEP_S), GAIN)
        paces.append(pace)
    return paces


@given(
    weight=st.floats(0, 1), rate=amounts, before=amounts, spent=amounts, budget=amounts, gain=st.floats(0.01, 100),
    at=moments, now=moments,
)  # fmt: skip
def test_the_weight_stays_within_its_bounds(
    weight: float, rate: float, before: float, spent: float, budget: float, gain: float, at: datetime, now: datetime
) -> None:
    pace = Pace(steady_weight=weight, spent=before, rate=rate, at=at)
    moved = paced(pace, budget, spent, now, gain)
    assert 0 <= moved.steady_weight <= 1
    assert 0 <= moved.cost_weight <= 1
    assert 0 <= moved.rate < math.inf
    assert abs(moved.steady_weight - weight) <= gain * STEP_MAX_S / 3600 + 1e-9
    if moved is not pace and spent >= budget:
        assert moved.cost_weight == 1


@settings(max_examples=15, deadline=None)
@given(
    switch=st.floats(0.05, 0.8),
    steepness=st.floats(5, 1000),
    cheap=st.floats(0, 0.3),
    wanted=st.floats(0.1, 0.9),
)
def test_a_day_s_spending_comes_out_at_the_budget(switch: float, steepness: float, cheap: float, wanted: float) -> None:
    rate = demand(switch, steepness, cheap)
    least, most = rate(1.0), rate(0.0)
    budget = (least + wanted * (most - least)) * DAY.total_seconds()
    paces = day(Pace(at=MIDNIGHT), budget, rate)
    assert paces[-1].spent == pytest.approx(budget, rel=0.1)


@settings(max_examples=10, deadline=None)
@given(share=st.floats(0.01, 3), cheap=st.floats(0.05, 0.5))
def test_no_more_is_spent_than_the_budget_or_the_least_possible(share: float, cheap: float) -> None:
    rate = demand(0.4, 50, cheap)
    budget = share * DEAR_S * DAY.total_seconds()
    first = day(Pace(at=MIDNIGHT), budget, rate)
    second = day(first[-1], budget, rate, MIDNIGHT + DAY)
    bound = max(budget, rate(1.0) * DAY.total_seconds())
    while_learning = DEAR_S * 3600  # the weight is found within the first hour
    assert first[-1].spent <= bound * 1.1 + while_learning
    assert second[-1].spent <= bound * 1.1


def test_a_budget_that_is_never_reached_costs_no_quality() -> None:
    paces = day(Pace(at=MIDNIGHT), 2 * DEAR_S * DAY.total_seconds(), lambda weight: DEAR_S)
    assert {each.cost_weight for each in paces} == {0.0}


def test_demand_that_comes_by_day_spends_most_of_the_budget() -> None:
    rate, spent, pace = demand(0.4, 20, 0.1), 0.0, Pace(at=MIDNIGHT)
    budget = 0.5 * DEAR_S * DAY.total_seconds()
    for step in range(1, int(DAY.total_seconds()) // STEP_S):
        busy = 1 - 0.7 * math.cos(2 * math.pi * step * STEP_S / DAY.total_seconds())
        spent += busy * rate(pace.cost_weight) * STEP_S
        pace = paced(pace, budget, spent, MIDNIGHT + timedelta(seconds=step * STEP_S), GAIN)
    assert 0.85 * budget < spent < 1.05 * budget


def test_the_weight_rises_and_falls_with_spending() -> None:
    noon = MIDNIGHT + DAY / 2
    pace = Pace(steady_weight=0.5, spent=10, rate=0.0, at=noon)
    for _ in range(60):
        pace = paced(pace, 100, pace.spent + 1, pace.at + timedelta(seconds=10), GAIN)
    assert 0.5 < pace.cost_weight < 1
    high = pace.cost_weight
    for _ in range(1080):
        pace = paced(pace, 100, pace.spent, pace.at + timedelta(seconds=10), GAIN)
    assert pace.cost_weight < high


def test_the_end_of_the_budget_takes_all_weight_until_the_day_ends() -> None:
    evening = MIDNIGHT + timedelta(hours=20)
    pace = paced(Pace(steady_weight=0.3, spent=99, at=evening), 100, 101, evening + timedelta(seconds=10), GAIN)
    assert (pace.cost_weight, pace.exhausted) == (1.0, True)
    later = paced(pace, 100, 101, evening + timedelta(hours=3), GAIN)
    assert later.cost_weight == 1
    morning = paced(later, 100, 0, MIDNIGHT + DAY + timedelta(seconds=5), GAIN)
    assert morning.cost_weight == pytest.approx(0.3, abs=0.05)
    assert (morning.spent, morning.exhausted) == (0, False)


def test_time_that_does_not_pass_changes_nothing() -> None:
    pace = Pace(steady_weight=0.3, spent=5, rate=1, at=MIDNIGHT + timedelta(seconds=5))
    assert paced(pace, 100, 50, MIDNIGHT + timedelta(seconds=5), GAIN) is pace
    assert paced(pace, 100, 50, MIDNIGHT + timedelta(seconds=4), GAIN) is pace
    assert paced(pace, 100, 50, MIDNIGHT - timedelta(seconds=1), GAIN) is pace


def test_days_begin_at_midnight() -> None:
    assert day_of(MIDNIGHT) == day_of(MIDNIGHT + DAY - timedelta(microseconds=1)) == MIDNIGHT
    assert paced(Pace(steady_weight=0.2, at=MIDNIGHT - DAY), 100, 0, MIDNIGHT, GAIN).steady_weight == 0.2
