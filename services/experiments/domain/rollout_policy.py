"""How a treatment reaches everybody: in steps, each after a while of watching; back at once when something breaks.

The order of questions is the point. Regression comes first: it rolls back whatever else is the case, be it a pending
approval, a step that is not due, or a sample ratio mismatch. Only then may anything hold, wait or advance.
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
INTERVAL = timedelta(hours=24)
ROUNDING = 1e-9
"""A change this close to a limit is at the limit."""


class Action(StrEnum):
    """What is done next."""

    ADVANCE = "advance"
    HOLD = "hold"
    WAIT_APPROVAL = "wait_approval"
    ROLL_BACK = "roll_back"
    FINISH = "finish"


class RolloutState(StrEnum):
    """Where a rollout stands."""

    RUNNING = "running"
    WAITING = "waiting"
    FINISHED = "finished"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Changes against the control, relative, beyond which a treatment regresses."""

    positive_rate: float = -0.05
    latency: float = 0.30
    satisfaction: float = -0.10
    users_min: int = 100
    """Users a group before its numbers are judged, and before a step is taken on their strength; 0 for neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A rollout as it stands."""

    steps: tuple[float, ...] = STEPS
    """In percent of users, ascending, the last 100."""
    interval: timedelta = INTERVAL
    needs_approval: bool = False
    approved: bool = False
    """The next step has been approved."""
    state: RolloutState = RolloutState.RUNNING
    percent: float = 0.0
    """0 before the first step."""
    stepped_at: datetime | None = None
    """When the present step was taken; None before the first."""
    limits: Limits = field(default_factory=Limits)

    @property
    def next_step_at(self) -> datetime | None:
        """When the next step, or the end, is due; None at once or never."""
        open_ = self.state in (RolloutState.RUNNING, RolloutState.WAITING)
        return self.stepped_at + self.interval if open_ and self.stepped_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is seen of one group at the present step; None for what was not measured."""

    users: int = 0
    positive_rate: float | None = None
    latency: float | None = None
    satisfaction: float | None = None
    """Mean score in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutMetrics:
    """What is seen of both groups."""

    control: Watched = field(default_factory=Watched)
    treatment: Watched = field(default_factory=Watched)
    broken_guardrails: tuple[str, ...] = ()
    """Metrics that got worse by more than their margin."""
    sample_ratio_alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done, and what it rests on."""

    action: Action
    to_percent: float
    """Share of users in treatment afterwards."""
    numbers: Mapping[str, float]
    reason: str


def decide(rollout: Rollout, now: datetime, metrics: RolloutMetrics) -> Decision:
    """Decides what to do now. Deciding twice from the same rollout gives the same; the caller stores it once."""
    numbers = _numbers(rollout, metrics)

    def so(action: Action, to_percent: float, reason: str) -> Decision:
        return Decision(action=action, to_percent=to_percent, numbers=numbers, reason=reason)

    if rollout.state in (RolloutState.FINISHED, RolloutState.ROLLED_BACK):
        return so(Action.HOLD, rollout.percent, f"the rollout is {rollout.state}")
    if rollout.percent > 0 and (broken := regressions(rollout.limits, metrics)):
        return so(Action.ROLL_BACK, 0.0, "; ".join(broken))
    if metrics.sample_ratio_alarm:
        return so(Action.HOLD, rollout.percent, "sample ratio mismatch")
    if (due := rollout.next_step_at) is not None and now < due:
        return so(Action.HOLD, rollout.percent, f"the next step is due at {due.isoformat()}")
    following = next((step for step in rollout.steps if step > rollout.percent), None)
    if following is None:
        return so(Action.FINISH, rollout.percent, "everybody has it, and nothing broke")
    if rollout.percent > 0 and metrics.treatment.users < rollout.limits.users_min:
        return so(Action.HOLD, rollout.percent, f"fewer than {rollout.limits.users_min} treated users to judge by")
    if rollout.needs_approval and not rollout.approved:
        return so(Action.WAIT_APPROVAL, rollout.percent, f"the step to {following:g} % needs approval")
    return so(Action.ADVANCE, following, f"nothing broke at {rollout.percent:g} %")


def apply(rollout: Rollout, decision: Decision, now: datetime) -> Rollout:
    """Returns the rollout after a decision; an approval is used up by the step it was given for."""
    if decision.action is Action.ADVANCE:
        return replace(rollout, state=RolloutState.RUNNING, percent=decision.to_percent, stepped_at=now, approved=False)
    after = {
        Action.WAIT_APPROVAL: RolloutState.WAITING,
        Action.FINISH: RolloutState.FINISHED,
        Action.ROLL_BACK: RolloutState.ROLLED_BACK,
    }
    return replace(rollout, state=after.get(decision.action, rollout.state), percent=decision.to_percent)


def approve(rollout: Rollout) -> Rollout:
    """Approves the next step, waited for or not yet due. Raises Precondition where no step is to be approved."""
    if not rollout.needs_approval:
        raise Precondition("This rollout takes its steps by itself.", reason="APPROVAL_NOT_NEEDED")
    if rollout.state not in (RolloutState.RUNNING, RolloutState.WAITING):
        raise Precondition(f"This rollout is {rollout.state}.", reason="ROLLOUT_ENDED", state=rollout.state)
    return replace(rollout, approved=True)


def watch(experiment: Experiment, analysis: Analysis, variant: str) -> RolloutMetrics:
    """Returns what an analysis saw of a treatment and the control.

    Analyse the outcomes of the present epoch alone, or a regression is thinned by what went well before. A guardrail
    is broken when it got worse by more than its margin, and not by chance (alpha).
    """
    seen = {each.metric.name: each for each in analysis.comparisons if each.variant == variant}
    effects = {
        name: each.effect for name, each in seen.items() if each.effect.control_users and each.effect.treatment_users
    }
    deciding = seen[POSITIVE_RATE].effect

    def side(users: int, name: str) -> Watched:
        means = {metric: float(getattr(effect, name)) for metric, effect in effects.items()}
        return Watched(
            users=users,
            positive_rate=means.get(POSITIVE_RATE),
            latency=means.get(LATENCY),
            satisfaction=means.get(MEAN_SCORE),
        )

    return RolloutMetrics(
        control=side(deciding.control_users, "control"),
        treatment=side(deciding.treatment_users, "treatment"),
        broken_guardrails=tuple(
            name
            for name, each in seen.items()
            if each.metric.guardrail and each.gain < -each.margin and each.effect.p_value < experiment.alpha
        ),
        sample_ratio_alarm=any(each.alarm for each in analysis.sample_ratios),
    )


def regressions(limits: Limits, metrics: RolloutMetrics) -> list[str]:
    """Returns, in words, everything that got too much worse."""
    broken = [f"guardrail {name}" for name in metrics.broken_guardrails]
    if min(metrics.control.users, metrics.treatment.users) < max(limits.users_min, 1):
        return broken
    changes = _changes(metrics)
    for name, limit in (
        ("positive_rate", limits.positive_rate),
        ("latency", limits.latency),
        ("satisfaction", limits.satisfaction),
    ):
        moved = changes.get(name)
        if moved is not None and (moved > limit + ROUNDING if limit > 0 else moved < limit - ROUNDING):
            broken.append(f"{name} {moved:+.1%} (limit {limit:+.0%})")
    return broken


def _changes(metrics: RolloutMetrics) -> dict[str, float]:
    """Returns the relative changes of what was measured in both groups."""
    before, after = metrics.control, metrics.treatment
    pairs = {
        "positive_rate": (before.positive_rate, after.positive_rate),
        "latency": (before.latency, after.latency),
        "satisfaction": (before.satisfaction, after.satisfaction),
    }
    return {
        name: (new - old) / old for name, (old, new) in pairs.items() if old is not None and new is not None and old > 0
    }


def _numbers(rollout: Rollout, metrics: RolloutMetrics) -> dict[str, float]:
    """Returns all numbers that a decision rests on, by name."""
    numbers = {
        "percent": rollout.percent,
        "control_users": float(metrics.control.users),
        "treatment_users": float(metrics.treatment.users),
        "sample_ratio_alarm": float(metrics.sample_ratio_alarm),
        "broken_guardrails": float(len(metrics.broken_guardrails)),
    }
    for side, seen in (("control", metrics.control), ("treatment", metrics.treatment)):
        for name in ("positive_rate", "latency", "satisfaction"):
            if (value := getattr(seen, name)) is not None:
                numbers[f"{side}_{name}"] = value
    return numbers | {f"{name}_change": moved for name, moved in _changes(metrics).items()}
