"""Rollout policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from experiments.analysis.verdict import analyse
from experiments.domain.regression import (
    PRIMARY_SHARE,
    GroupMetrics,
    Loss,
    RegressionLimits,
    RolloutMetrics,
    rollout_metrics,
)
from experiments.domain.rollout_policy import STEPS, Action, Rollout, RolloutState, apply_decision, approve, decide
from kit.errors import Precondition
from splits.model import Direction, Experiment, Metric, MetricKind, State, Variant
from tests.experiments.fixtures.summaries import numbers, rate

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DAY = timedelta(hours=24)
EXPERIMENT = Experiment(experiment_id="e", state=State.RUNNING, variants=(Variant(name="control"), Variant(name="new")))
METRICS: dict[str, Any] = {"users": 1000, "positive_rate": 0.5, "latency": 100.0, "satisfaction": 0.6}


LOSS = Loss(users=1000, p_value=1e-4, is_significant=True)
CHANCE = Loss(users=1000, p_value=0.2, is_significant=False)
CHECKED = ("positive_rate", "latency_ms", "mean_score", "failures")


def metrics_with(loss: Loss = LOSS, **changed: Any) -> RolloutMetrics:
    """Returns metrics of equal groups, but for the changed metrics of the treatment, with the same loss of each."""
    others = {key: changed.pop(key) for key in ("broken_guardrails", "has_sample_ratio_mismatch") if key in changed}
    return RolloutMetrics(
        control=GroupMetrics(**METRICS),
        treatment=GroupMetrics(**(METRICS | changed)),
        losses=dict.fromkeys(CHECKED, loss),
        **others,
    )


def due_rollout(percent: float, **changed: Any) -> Rollout:
    """Returns a rollout whose next step is due."""
    fields: dict[str, Any] = {"percent": percent, "stepped_at": NOW - DAY}
    return Rollout(**(fields | changed))


def test_treatment_with_failing_calls_keeps_its_step() -> None:
    metrics = metrics_with(CHANCE)
    assert decide(due_rollout(5.0), NOW, metrics).action is Action.ADVANCE
    held = decide(due_rollout(5.0), NOW, replace(metrics, has_failing_calls=True))
    assert (held.action, "answered calls" in held.reason) == (Action.HOLD, True)


REGRESSIONS = [
    metrics_with(positive_rate=0.474),
    metrics_with(latency=131.0),
    metrics_with(satisfaction=0.53),
    metrics_with(broken_guardrails=("failures",)),
]


def test_rollout_without_regression_takes_all_steps_and_finishes() -> None:
    rollout, decisions, now = Rollout(), [], NOW
    while rollout.state is RolloutState.RUNNING:
        decision = decide(rollout, now, metrics_with())
        rollout = apply_decision(rollout, decision, now)
        decisions.append((decision.action, decision.to_percent))
        now += DAY
    assert decisions == [*((Action.ADVANCE, step) for step in (10, 25, 50, 75, 100)), (Action.FINISH, 100)]
    assert rollout.state is RolloutState.FINISHED


def test_approval_is_valid_for_one_step() -> None:
    rollout = due_rollout(25, needs_approval=True)
    rollout = apply_decision(rollout, decide(rollout, NOW, metrics_with()), NOW)
    assert (rollout.state, rollout.percent) == (RolloutState.WAITING, 25)
    rollout = approve(rollout)
    rollout = apply_decision(rollout, decide(rollout, NOW, metrics_with()), NOW)
    assert (rollout.state, rollout.percent, rollout.is_approved) == (RolloutState.RUNNING, 50, False)


def test_rollback_ends_the_rollout() -> None:
    rollout = due_rollout(25)
    rollout = apply_decision(rollout, decide(rollout, NOW, REGRESSIONS[0]), NOW)
    assert (rollout.state, rollout.percent) == (RolloutState.ROLLED_BACK, 0)


@pytest.mark.parametrize(
    ("rollout", "rule"),
    [
        (due_rollout(25), "APPROVAL_NOT_NEEDED"),
        (due_rollout(100, needs_approval=True, state=RolloutState.FINISHED), "ROLLOUT_ENDED"),
    ],
)
def test_approval_without_pending_step_is_refused(rollout: Rollout, rule: str) -> None:
    with pytest.raises(Precondition) as error:
        approve(rollout)
    assert error.value.reason == rule


@pytest.mark.parametrize(
    ("errors", "broken", "is_significant"),
    [(200, ("failures",), True), (104, (), False), (112, ("failures",), False), (50, (), False)],
)
def test_rollout_metrics_are_those_of_the_analysis(errors: int, broken: tuple[str, ...], is_significant: bool) -> None:
    guardrail = Metric(name="failures", kind=MetricKind.PROPORTION, direction=Direction.DOWN, is_guardrail=True)
    variants = (Variant(name="control"), Variant(name="new"))
    experiment = Experiment(experiment_id="e", state=State.RUNNING, variants=variants, metrics=(guardrail,))
    summaries = [rate("control", 500, 1000), rate("new", 480, 1000)]
    summaries += [rate("control", 100, 1000, metric="failures"), rate("new", errors, 1000, metric="failures")]
    analysis = analyse(experiment, summaries, {"": {1: {"control": 1000, "new": 1300}}}, NOW)
    metrics = rollout_metrics(experiment, analysis, "new")
    assert (metrics.control.positive_rate, metrics.treatment.positive_rate) == (0.5, 0.48)
    assert (metrics.control.users, metrics.control.latency) == (1000, None)
    assert metrics.has_sample_ratio_mismatch
    assert metrics.broken_guardrails == broken
    loss = metrics.losses["failures"]
    assert (loss.users, loss.is_significant) == (1000, is_significant)
    assert set(metrics.losses) == {"positive_rate", "failures"}


def test_step_before_its_time_is_held() -> None:
    early = replace(due_rollout(25), stepped_at=NOW - DAY + timedelta(seconds=1))
    assert decide(early, NOW, metrics_with()).action is Action.HOLD
    assert early.next_step_at == NOW + timedelta(seconds=1)
    assert decide(due_rollout(100, stepped_at=NOW), NOW, metrics_with()).action is Action.HOLD


def test_step_without_approval_waits() -> None:
    assert decide(due_rollout(25, needs_approval=True), NOW, metrics_with()).action is Action.WAIT_APPROVAL
    approved = decide(due_rollout(25, needs_approval=True, is_approved=True), NOW, metrics_with())
    assert (approved.action, approved.to_percent) == (Action.ADVANCE, 50)


@pytest.mark.parametrize("regression", REGRESSIONS)
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
@pytest.mark.parametrize("has_mismatch", [False, True])
def test_regression_in_any_open_state_rolls_back(
    regression: RolloutMetrics, changed: dict[str, Any], has_mismatch: bool
) -> None:
    decision = decide(
        due_rollout(**({"percent": 25.0} | changed)), NOW, replace(regression, has_sample_ratio_mismatch=has_mismatch)
    )
    assert (decision.action, decision.to_percent) == (Action.ROLL_BACK, 0.0)
    assert decision.reason


@pytest.mark.parametrize(
    "changed",
    [{"positive_rate": 0.474}, {"latency": 131.0}, {"satisfaction": 0.53}, {"broken_guardrails": ("failures",)}],
)
@pytest.mark.parametrize("loss", [CHANCE, replace(LOSS, users=99)], ids=["chance", "few users"])
def test_loss_beyond_the_limit_without_evidence_holds(changed: dict[str, Any], loss: Loss) -> None:
    decision = decide(due_rollout(25), NOW, metrics_with(loss, **changed))
    assert (decision.action, decision.to_percent) == (Action.HOLD, 25)
    assert decision.reason.startswith("beyond the limit, but not significant: ")


@pytest.mark.parametrize(
    "allowed", [metrics_with(positive_rate=0.475), metrics_with(latency=130.0), metrics_with(satisfaction=0.54)]
)
def test_change_equal_to_the_limit_is_no_regression(allowed: RolloutMetrics) -> None:
    assert decide(due_rollout(25), NOW, allowed).action is Action.ADVANCE


def test_sample_ratio_mismatch_holds_the_rollout() -> None:
    decision = decide(due_rollout(25), NOW, metrics_with(has_sample_ratio_mismatch=True))
    assert (decision.action, decision.to_percent, decision.reason) == (Action.HOLD, 25, "sample ratio mismatch")


def test_rollout_with_few_users_holds() -> None:
    few = metrics_with(replace(LOSS, users=99), users=99, positive_rate=0.0)
    assert decide(due_rollout(25), NOW, few).action is Action.HOLD
    without_minimum = due_rollout(25, limits=RegressionLimits(users_min=0))
    assert decide(without_minimum, NOW, RolloutMetrics()).action is Action.ADVANCE
    assert decide(without_minimum, NOW, few).action is Action.ROLL_BACK


@pytest.mark.parametrize("state", [RolloutState.FINISHED, RolloutState.ROLLED_BACK])
def test_decision_of_ended_rollout_is_hold(state: RolloutState) -> None:
    ended = due_rollout(50, state=state)
    assert decide(ended, NOW, REGRESSIONS[0]).action is Action.HOLD
    assert ended.next_step_at is None


def test_decision_contains_its_numbers() -> None:
    numbers = decide(due_rollout(25), NOW, metrics_with(positive_rate=0.45)).numbers
    assert numbers["positive_rate_loss_p"] == LOSS.p_value
    assert numbers["positive_rate_change"] == pytest.approx(-0.1)
    assert numbers["control_positive_rate"] == 0.5
    assert numbers["treatment_users"] == 1000
    assert numbers["percent"] == 25


def equal_but(control: int, treatment: int, users: int = 100) -> RolloutMetrics:
    """Returns the metrics of groups with positive users, from an analysis."""
    analysis = analyse(EXPERIMENT, [rate("control", control, users), rate("new", treatment, users)], {}, NOW)
    return rollout_metrics(EXPERIMENT, analysis, "new", 0.8)


def test_60_against_55_of_100_positive_users_holds() -> None:
    metrics = equal_but(60, 55)
    assert decide(due_rollout(25, stepped_at=NOW), NOW, metrics).action is Action.HOLD
    decision = decide(due_rollout(25), NOW, metrics)
    assert (decision.action, decision.to_percent) == (Action.HOLD, 25)
    assert decision.reason == "beyond the limit, but not significant: positive_rate"


@pytest.mark.parametrize(
    ("control", "treatment", "users", "action"),
    [
        (80, 80, 100, Action.ADVANCE),
        (80, 79, 100, Action.HOLD),
        (800, 800, 1000, Action.ADVANCE),
        (800, 770, 1000, Action.HOLD),
        (8000, 7700, 10_000, Action.ADVANCE),
    ],
)
def test_step_requires_that_a_loss_beyond_the_limit_is_improbable(
    control: int, treatment: int, users: int, action: Action
) -> None:
    decision = decide(due_rollout(25), NOW, equal_but(control, treatment, users))
    assert decision.action is action
    if action is Action.HOLD:
        assert decision.reason == "a loss beyond the limit is not excluded: positive_rate"


def test_step_requires_that_a_loss_of_a_guardrail_is_improbable() -> None:
    guardrail = Metric(name="length", is_guardrail=True, margin=0.1)
    experiment = replace(EXPERIMENT, metrics=(guardrail,))
    for users, action in ((120, Action.HOLD), (12_000, Action.ADVANCE)):
        lengths = np.tile([1.0, 200.0], users // 2)
        summaries = [rate("control", users, users), rate("new", users, users)]
        summaries += [numbers("control", lengths, "length"), numbers("new", lengths - 3, "length")]
        metrics = rollout_metrics(experiment, analyse(experiment, summaries, {}, NOW), "new")
        decision = decide(due_rollout(25), NOW, metrics)
        assert decision.action is action
        assert ("guardrail length" in decision.reason) is (action is Action.HOLD)


@pytest.mark.parametrize(
    "steps",
    [STEPS, (100.0,), (60.0, 100.0), (10.0, 60.0, 70.0, 80.0, 100.0), (55.0, 75.0, 95.0, 100.0), (5.0, 50.0, 100.0)],
)
def test_shares_of_the_level_add_up_to_at_most_one(steps: tuple[float, ...]) -> None:
    """Steps up to 50 % share one epoch; each later step has its own, and the last has no control."""
    first = {"up to 50": Rollout(steps=steps, percent=min(steps[0], 50)).level_share} if steps[0] <= 50 else {}
    later = {str(step): Rollout(steps=steps, percent=step).level_share for step in steps if 50 < step < 100}
    shares = first | later
    assert all(0 < share <= 1 for share in shares.values())
    assert sum(shares.values()) == pytest.approx(1 if shares else 0)


def test_level_is_divided_among_metrics_and_epochs() -> None:
    """The p-value of 632 against 700 of 1,000 is between the levels of a later and of the first epoch."""
    analysis = analyse(EXPERIMENT, [rate("control", 700, 1000), rate("new", 632, 1000)], {}, NOW)
    whole, later = (rollout_metrics(EXPERIMENT, analysis, "new", share).losses["positive_rate"] for share in (1.0, 0.2))
    assert 0.05 * PRIMARY_SHARE * 0.2 < whole.p_value == later.p_value < 0.05 * PRIMARY_SHARE
    assert (whole.is_significant, later.is_significant) == (True, False)
