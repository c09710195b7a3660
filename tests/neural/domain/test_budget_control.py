"""Budget controller: the spending of a day equals the budget if any cost weight can achieve it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural.domain.budget_control import DAY, STEP_MAX_S, BudgetState, next_state, start_of_day

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
STEP_S = 30
GAIN = 1.0
EXPENSIVE_RATE = 0.01
"""US dollars per second if every request uses the expensive model."""

amounts = st.floats(0, 1e9)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def demand(switch: float, steepness: float, cheap: float) -> Callable[[float], float]:
    """Returns the rate of spending by weight, between an expensive model and one with the share `cheap` of its cost."""

    def rate(weight: float) -> float:
        expensive = 1 / (1 + math.exp(min(max((weight - switch) * steepness, -50), 50)))
        return EXPENSIVE_RATE * (expensive + (1 - expensive) * cheap)

    return rate


def simulate_day(
    state: BudgetState, budget: float, rate: Callable[[float], float], start: datetime = MIDNIGHT
) -> list[BudgetState]:
    """Returns the states of a simulated day."""
    spent, states = 0.0, []
    for step in range(1, int(DAY.total_seconds()) // STEP_S):
        spent += rate(state.cost_weight) * STEP_S
        state = next_state(state, budget, spent, start + timedelta(seconds=step * STEP_S), GAIN)
        states.append(state)
    return states


@given(
    weight=st.floats(0, 1), rate=amounts, before=amounts, spent=amounts, budget=amounts, gain=st.floats(0.01, 100),
    at=moments, now=moments,
)  # fmt: skip
def test_next_state_weight_stays_within_limits(
    weight: float, rate: float, before: float, spent: float, budget: float, gain: float, at: datetime, now: datetime
) -> None:
    state = BudgetState(steady_weight=weight, spent=before, rate=rate, updated_at=at)
    moved = next_state(state, budget, spent, now, gain)
    assert 0 <= moved.steady_weight <= 1
    assert 0 <= moved.cost_weight <= 1
    assert 0 <= moved.rate < math.inf
    assert abs(moved.steady_weight - weight) <= gain * STEP_MAX_S / 3600 + 1e-9
    if moved is not state and spent >= budget:
        assert moved.cost_weight == 1


@settings(max_examples=15, deadline=None)
@given(
    switch=st.floats(0.05, 0.8),
    steepness=st.floats(5, 1000),
    cheap=st.floats(0, 0.3),
    wanted=st.floats(0.1, 0.9),
)
def test_controller_spending_of_a_day_equals_budget(
    switch: float, steepness: float, cheap: float, wanted: float
) -> None:
    rate = demand(switch, steepness, cheap)
    least, most = rate(1.0), rate(0.0)
    budget = (least + wanted * (most - least)) * DAY.total_seconds()
    states = simulate_day(BudgetState(updated_at=MIDNIGHT), budget, rate)
    assert states[-1].spent == pytest.approx(budget, rel=0.1)


@settings(max_examples=10, deadline=None)
@given(share=st.floats(0.01, 3), cheap=st.floats(0.05, 0.5))
def test_controller_spending_is_at_most_budget_or_lowest_possible(share: float, cheap: float) -> None:
    rate = demand(0.4, 50, cheap)
    budget = share * EXPENSIVE_RATE * DAY.total_seconds()
    first = simulate_day(BudgetState(updated_at=MIDNIGHT), budget, rate)
    second = simulate_day(first[-1], budget, rate, MIDNIGHT + DAY)
    bound = max(budget, rate(1.0) * DAY.total_seconds())
    while_learning = EXPENSIVE_RATE * 3600  # the weight is found within the first hour
    assert first[-1].spent <= bound * 1.1 + while_learning
    assert second[-1].spent <= bound * 1.1


def test_controller_weight_below_budget_stays_zero() -> None:
    states = simulate_day(
        BudgetState(updated_at=MIDNIGHT), 2 * EXPENSIVE_RATE * DAY.total_seconds(), lambda weight: EXPENSIVE_RATE
    )
    assert {each.cost_weight for each in states} == {0.0}


def test_controller_with_daily_load_pattern_spends_most_of_budget() -> None:
    rate, spent, state = demand(0.4, 20, 0.1), 0.0, BudgetState(updated_at=MIDNIGHT)
    budget = 0.5 * EXPENSIVE_RATE * DAY.total_seconds()
    for step in range(1, int(DAY.total_seconds()) // STEP_S):
        busy = 1 - 0.7 * math.cos(2 * math.pi * step * STEP_S / DAY.total_seconds())
        spent += busy * rate(state.cost_weight) * STEP_S
        state = next_state(state, budget, spent, MIDNIGHT + timedelta(seconds=step * STEP_S), GAIN)
    assert 0.85 * budget < spent < 1.05 * budget


def test_controller_weight_follows_spending() -> None:
    noon = MIDNIGHT + DAY / 2
    state = BudgetState(steady_weight=0.5, spent=10, rate=0.0, updated_at=noon)
    for _ in range(60):
        state = next_state(state, 100, state.spent + 1, state.updated_at + timedelta(seconds=10), GAIN)
    assert 0.5 < state.cost_weight < 1
    high = state.cost_weight
    for _ in range(1080):
        state = next_state(state, 100, state.spent, state.updated_at + timedelta(seconds=10), GAIN)
    assert state.cost_weight < high


def test_controller_weight_is_one_until_midnight_after_exhaustion() -> None:
    evening = MIDNIGHT + timedelta(hours=20)
    state = next_state(
        BudgetState(steady_weight=0.3, spent=99, updated_at=evening), 100, 101, evening + timedelta(seconds=10), GAIN
    )
    assert (state.cost_weight, state.is_exhausted) == (1.0, True)
    later = next_state(state, 100, 101, evening + timedelta(hours=3), GAIN)
    assert later.cost_weight == 1
    morning = next_state(later, 100, 0, MIDNIGHT + DAY + timedelta(seconds=5), GAIN)
    assert morning.cost_weight == pytest.approx(0.3, abs=0.05)
    assert (morning.spent, morning.is_exhausted) == (0, False)


def test_next_state_without_elapsed_time_is_unchanged() -> None:
    state = BudgetState(steady_weight=0.3, spent=5, rate=1, updated_at=MIDNIGHT + timedelta(seconds=5))
    assert next_state(state, 100, 50, MIDNIGHT + timedelta(seconds=5), GAIN) is state
    assert next_state(state, 100, 50, MIDNIGHT + timedelta(seconds=4), GAIN) is state
    assert next_state(state, 100, 50, MIDNIGHT - timedelta(seconds=1), GAIN) is state


def test_start_of_day_is_midnight_utc() -> None:
    assert start_of_day(MIDNIGHT) == start_of_day(MIDNIGHT + DAY - timedelta(microseconds=1)) == MIDNIGHT
    assert (
        next_state(BudgetState(steady_weight=0.2, updated_at=MIDNIGHT - DAY), 100, 0, MIDNIGHT, GAIN).steady_weight
        == 0.2
    )
