"""Steps to everybody, and back at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from experiments.analysis.verdict import analyse
from experiments.domain.rollout_policy import (
    Action,
    Limits,
    Rollout,
    RolloutMetrics,
    RolloutState,
    Watched,
    apply,
    approve,
    decide,
    watch,
)
from kit.errors import Precondition
from splits.model import Direction, Experiment, Metric, MetricKind, State, Variant
from tests.experiments.analysis.outcomes import rate

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DAY = timedelta(hours=24)
GOOD: dict[str, Any] = {"users": 1000, "positive_rate": 0.5, "latency": 100.0, "satisfaction": 0.6}


def seen(**changed: Any) -> RolloutMetrics:
    """Makes metrics of a treatment that differs from the control in something."""
    alarms = {key: changed.pop(key) for key in ("broken_guardrails", "sample_ratio_alarm") if key in changed}
    return RolloutMetrics(control=Watched(**GOOD), treatment=Watched(**(GOOD | changed)), **alarms)


def at(percent: float, **changed: Any) -> Rollout:
    """Makes a rollout whose next step is due."""
    told: dict[str, Any] = {"percent": percent, "stepped_at": NOW - DAY}
    return Rollout(**(told | changed))


BAD = [
    seen(positive_rate=0.474),
    seen(latency=131.0),
    seen(satisfaction=0.53),
    seen(broken_guardrails=("failures",)),
    seen(users=3, broken_guardrails=("failures",)),
]


def test_it_goes_through_all_steps_and_finishes() -> None:
    rollout, taken, now = Rollout(), [], NOW
    while rollout.state is RolloutState.RUNNING:
        decision = decide(rollout, now, seen())
        rollout = apply(rollout, decision, now)
        taken.append((decision.action, decision.to_percent))
        now += DAY
    assert taken == [*((Action.ADVANCE, step) for step in (10, 25, 50, 75, 100)), (Action.FINISH, 100)]
    assert rollout.state is RolloutState.FINISHED


def test_each_step_needs_an_approval_of_its_own() -> None:
    rollout = at(25, needs_approval=True)
    rollout = apply(rollout, decide(rollout, NOW, seen()), NOW)
    assert (rollout.state, rollout.percent) == (RolloutState.WAITING, 25)
    rollout = approve(rollout)
    rollout = apply(rollout, decide(rollout, NOW, seen()), NOW)
    assert (rollout.state, rollout.percent, rollout.approved) == (RolloutState.RUNNING, 50, False)


def test_a_rollback_ends_it() -> None:
    rollout = at(25)
    rollout = apply(rollout, decide(rollout, NOW, BAD[0]), NOW)
    assert (rollout.state, rollout.percent) == (RolloutState.ROLLED_BACK, 0)


@pytest.mark.parametrize(
    ("rollout", "rule"),
    [
        (at(25), "APPROVAL_NOT_NEEDED"),
        (at(100, needs_approval=True, state=RolloutState.FINISHED), "ROLLOUT_ENDED"),
    ],
)
def test_approvals_that_nothing_waits_for(rollout: Rollout, rule: str) -> None:
    with pytest.raises(Precondition) as refused:
        approve(rollout)
    assert refused.value.reason == rule


@pytest.mark.parametrize(("errors", "broken"), [(200, ("failures",)), (104, ()), (112, ()), (50, ())])
def test_what_an_analysis_saw_is_watched(errors: int, broken: tuple[str, ...]) -> None:
    guardrail = Metric(name="failures", kind=MetricKind.PROPORTION, direction=Direction.DOWN, guardrail=True)
    ways = (Variant(name="control"), Variant(name="new"))
    experiment = Experiment(experiment_id="e", state=State.RUNNING, variants=ways, metrics=(guardrail,))
    told = [rate("control", 500, 1000), rate("new", 480, 1000)]
    told += [rate("control", 100, 1000, metric="failures"), rate("new", errors, 1000, metric="failures")]
    analysis = analyse(experiment, told, {1: {"control": 1000, "new": 1300}}, NOW)
    watched = watch(experiment, analysis, "new")
    assert (watched.control.positive_rate, watched.treatment.positive_rate) == (0.5, 0.48)
    assert (watched.control.users, watched.control.latency) == (1000, None)
    assert watched.sample_ratio_alarm
    assert watched.broken_guardrails == broken


def test_a_step_waits_for_its_time() -> None:
    early = replace(at(25), stepped_at=NOW - DAY + timedelta(seconds=1))
    assert decide(early, NOW, seen()).action is Action.HOLD
    assert early.next_step_at == NOW + timedelta(seconds=1)
    assert decide(at(100, stepped_at=NOW), NOW, seen()).action is Action.HOLD


def test_a_step_waits_for_approval() -> None:
    assert decide(at(25, needs_approval=True), NOW, seen()).action is Action.WAIT_APPROVAL
    approved = decide(at(25, needs_approval=True, approved=True), NOW, seen())
    assert (approved.action, approved.to_percent) == (Action.ADVANCE, 50)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"stepped_at": NOW},
        {"needs_approval": True},
        {"needs_approval": True, "state": RolloutState.WAITING},
        {"percent": 100.0},
    ],
)
@pytest.mark.parametrize("alarm", [False, True])
def test_regression_beats_every_other_state(bad: RolloutMetrics, changed: dict[str, Any], alarm: bool) -> None:
    decision = decide(at(**({"percent": 25.0} | changed)), NOW, replace(bad, sample_ratio_alarm=alarm))
    assert (decision.action, decision.to_percent) == (Action.ROLL_BACK, 0.0)
    assert decision.reason


@pytest.mark.parametrize("fine", [seen(positive_rate=0.475), seen(latency=130.0), seen(satisfaction=0.54)])
def test_the_limits_themselves_are_allowed(fine: RolloutMetrics) -> None:
    assert decide(at(25), NOW, fine).action is Action.ADVANCE


def test_a_sample_ratio_mismatch_holds() -> None:
    decision = decide(at(25), NOW, seen(sample_ratio_alarm=True))
    assert (decision.action, decision.to_percent, decision.reason) == (Action.HOLD, 25, "sample ratio mismatch")


def test_few_users_neither_roll_back_nor_advance() -> None:
    few = seen(users=99, positive_rate=0.0)
    assert decide(at(25), NOW, few).action is Action.HOLD
    unwatched = at(25, limits=Limits(users_min=0))
    assert decide(unwatched, NOW, RolloutMetrics()).action is Action.ADVANCE
    assert decide(unwatched, NOW, few).action is Action.ROLL_BACK


@pytest.mark.parametrize("state", [RolloutState.FINISHED, RolloutState.ROLLED_BACK])
def test_an_ended_rollout_stays(state: RolloutState) -> None:
    ended = at(50, state=state)
    assert decide(ended, NOW, BAD[0]).action is Action.HOLD
    assert ended.next_step_at is None


def test_the_numbers_are_told() -> None:
    numbers = decide(at(25), NOW, seen(positive_rate=0.45)).numbers
    assert numbers["positive_rate_change"] == pytest.approx(-0.1)
    assert numbers["control_positive_rate"] == 0.5
    assert numbers["treatment_users"] == 1000
    assert numbers["percent"] == 25
