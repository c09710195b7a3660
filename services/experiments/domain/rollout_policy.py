"""Rollout policy: a treatment reaches all users in steps and is rolled back when a metric regresses.

Regressions are checked first. They roll back while an approval is pending, before a step is due, and during a sample
ratio mismatch. Only without a regression does the policy hold, wait for approval or advance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from experiments.analysis.verdict import Analysis
from kit.errors import Precondition
from splits.model import LATENCY, MEAN_SCORE, POSITIVE_RATE, Experiment

STEPS = (10.0, 25.0, 50.0, 75.0, 100.0)
"""Default steps, in percent of users."""
INTERVAL = timedelta(hours=24)
"""Default duration of a step."""
ROUNDING = 1e-9
"""Tolerance of comparisons with a limit."""


class Action(StrEnum):
    """Action of a decision."""

    ADVANCE = "advance"
    HOLD = "hold"
    WAIT_APPROVAL = "wait_approval"
    ROLL_BACK = "roll_back"
    FINISH = "finish"


class RolloutState(StrEnum):
    """State of a rollout."""

    RUNNING = "running"
    WAITING = "waiting"
    FINISHED = "finished"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionLimits:
    """Limits of the relative change against the control. A change beyond a limit is a regression."""

    positive_rate: float = -0.05
    latency: float = 0.30
    satisfaction: float = -0.10
    users_min: int = 100
    """Smallest number of users per group for a comparison, and of treated users for a step; 0 disables both rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Plan and state of a rollout."""

    steps: tuple[float, ...] = STEPS
    """Percentages of users, ascending; the last is 100."""
    interval: timedelta = INTERVAL
    """Duration of each step."""
    needs_approval: bool = False
    """Whether each step needs an approval."""
    is_approved: bool = False
    """Whether the next step is approved."""
    state: RolloutState = RolloutState.RUNNING
    percent: float = 0.0
    """Percentage of users in treatment; 0 before the first step."""
    stepped_at: datetime | None = None
    """Start of the current step; None before the first."""
    limits: RegressionLimits = field(default_factory=RegressionLimits)

    @property
    def next_step_at(self) -> datetime | None:
        """Time at which the next step or the end is due; None before the first step and after the end."""
        is_open = self.state in (RolloutState.RUNNING, RolloutState.WAITING)
        return self.stepped_at + self.interval if is_open and self.stepped_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMetrics:
    """Metrics of one group in the current epoch; None for a metric without outcomes."""

    users: int = 0
    positive_rate: float | None = None
    latency: float | None = None
    """Mean latency in milliseconds."""
    satisfaction: float | None = None
    """Mean score, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutMetrics:
    """Metrics of both groups."""

    control: GroupMetrics = field(default_factory=GroupMetrics)
    treatment: GroupMetrics = field(default_factory=GroupMetrics)
    broken_guardrails: tuple[str, ...] = ()
    """Names of guardrail metrics that are significantly worse than their margin."""
    has_sample_ratio_mismatch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Action with the numbers and the reason for it."""

    action: Action
    to_percent: float
    """Percentage of users in treatment after the action."""
    numbers: Mapping[str, float]
    """Numbers on which the decision is based, by name."""
    reason: str


def decide(rollout: Rollout, now: datetime, metrics: RolloutMetrics) -> Decision:
    """Returns the decision about a rollout at the time `now`. Equal arguments give equal decisions."""
    numbers = _numbers(rollout, metrics)

    def decision(action: Action, to_percent: float, reason: str) -> Decision:
        return Decision(action=action, to_percent=to_percent, numbers=numbers, reason=reason)

    if rollout.state in (RolloutState.FINISHED, RolloutState.ROLLED_BACK):
        return decision(Action.HOLD, rollout.percent, f"the rollout is {rollout.state}")
    if rollout.percent > 0 and (found := regressions(rollout.limits, metrics)):
        return decision(Action.ROLL_BACK, 0.0, "; ".join(found))
    if metrics.has_sample_ratio_mismatch:
        return decision(Action.HOLD, rollout.percent, "sample ratio mismatch")
    if (due := rollout.next_step_at) is not None and now < due:
        return decision(Action.HOLD, rollout.percent, f"the next step is due at {due.isoformat()}")
    following = next((step for step in rollout.steps if step > rollout.percent), None)
    if following is None:
        return decision(Action.FINISH, rollout.percent, "all users are in treatment, no regression")
    if rollout.percent > 0 and metrics.treatment.users < rollout.limits.users_min:
        return decision(Action.HOLD, rollout.percent, f"fewer than {rollout.limits.users_min} treated users")
    if rollout.needs_approval and not rollout.is_approved:
        return decision(Action.WAIT_APPROVAL, rollout.percent, f"the step to {following:g} % needs approval")
    return decision(Action.ADVANCE, following, f"no regression at {rollout.percent:g} %")


def apply_decision(rollout: Rollout, decision: Decision, now: datetime) -> Rollout:
    """Returns the rollout after a decision. An approval is valid for one step."""
    if decision.action is Action.ADVANCE:
        return replace(
            rollout, state=RolloutState.RUNNING, percent=decision.to_percent, stepped_at=now, is_approved=False
        )
    after = {
        Action.WAIT_APPROVAL: RolloutState.WAITING,
        Action.FINISH: RolloutState.FINISHED,
        Action.ROLL_BACK: RolloutState.ROLLED_BACK,
    }
    return replace(rollout, state=after.get(decision.action, rollout.state), percent=decision.to_percent)


def approve(rollout: Rollout) -> Rollout:
    """Returns the rollout with its next step approved, whether or not the step is due.

    Raises Precondition (APPROVAL_NOT_NEEDED, ROLLOUT_ENDED).
    """
    if not rollout.needs_approval:
        raise Precondition("The plan of the rollout does not require approvals.", reason="APPROVAL_NOT_NEEDED")
    if rollout.state not in (RolloutState.RUNNING, RolloutState.WAITING):
        raise Precondition(
            f"A rollout in state {rollout.state} has no next step.", reason="ROLLOUT_ENDED", state=rollout.state
        )
    return replace(rollout, is_approved=True)


def rollout_metrics(experiment: Experiment, analysis: Analysis, variant: str) -> RolloutMetrics:
    """Returns the metrics of a treatment and the control from an analysis of the current epoch.

    An analysis of several epochs dilutes a regression that began in the last one. A guardrail is broken when it is
    worse by more than its margin and its p-value is below alpha.
    """
    comparisons = {each.metric.name: each for each in analysis.comparisons if each.variant == variant}
    effects = {
        name: each.effect
        for name, each in comparisons.items()
        if each.effect.control_users and each.effect.treatment_users
    }
    primary = comparisons[POSITIVE_RATE].effect

    def group(users: int, name: str) -> GroupMetrics:
        means = {metric: float(getattr(effect, name)) for metric, effect in effects.items()}
        return GroupMetrics(
            users=users,
            positive_rate=means.get(POSITIVE_RATE),
            latency=means.get(LATENCY),
            satisfaction=means.get(MEAN_SCORE),
        )

    return RolloutMetrics(
        control=group(primary.control_users, "control"),
        treatment=group(primary.treatment_users, "treatment"),
        broken_guardrails=tuple(
            name
            for name, each in comparisons.items()
            if each.metric.is_guardrail and each.gain < -each.margin and each.effect.p_value < experiment.alpha
        ),
        has_sample_ratio_mismatch=any(each.is_mismatch for each in analysis.sample_ratios),
    )


def regressions(limits: RegressionLimits, metrics: RolloutMetrics) -> list[str]:
    """Returns a text for each regression: broken guardrails, and changes beyond their limits."""
    found = [f"guardrail {name}" for name in metrics.broken_guardrails]
    if min(metrics.control.users, metrics.treatment.users) < max(limits.users_min, 1):
        return found
    changes = _changes(metrics)
    for name, limit in (
        ("positive_rate", limits.positive_rate),
        ("latency", limits.latency),
        ("satisfaction", limits.satisfaction),
    ):
        change = changes.get(name)
        if change is not None and (change > limit + ROUNDING if limit > 0 else change < limit - ROUNDING):
            found.append(f"{name} {change:+.1%} (limit {limit:+.0%})")
    return found


def _changes(metrics: RolloutMetrics) -> dict[str, float]:
    """Returns the relative change of each metric with outcomes in both groups."""
    changes = {}
    for name in ("positive_rate", "latency", "satisfaction"):
        control, treatment = getattr(metrics.control, name), getattr(metrics.treatment, name)
        if control is not None and treatment is not None and control > 0:
            changes[name] = (treatment - control) / control
    return changes


def _numbers(rollout: Rollout, metrics: RolloutMetrics) -> dict[str, float]:
    """Returns the numbers on which a decision is based, by name."""
    numbers = {
        "percent": rollout.percent,
        "control_users": float(metrics.control.users),
        "treatment_users": float(metrics.treatment.users),
        "sample_ratio_alarm": float(metrics.has_sample_ratio_mismatch),
        "broken_guardrails": float(len(metrics.broken_guardrails)),
    }
    for group, measured in (("control", metrics.control), ("treatment", metrics.treatment)):
        for name in ("positive_rate", "latency", "satisfaction"):
            if (value := getattr(measured, name)) is not None:
                numbers[f"{group}_{name}"] = value
    return numbers | {f"{name}_change": change for name, change in _changes(metrics).items()}
