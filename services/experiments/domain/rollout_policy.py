"""Rollout policy: a treatment reaches all users in steps and is rolled back when a metric regresses.

Regressions are checked first. They roll back while an approval is pending, before a step is due, and during a sample
ratio mismatch. Only without a regression does the policy hold, wait for approval or advance.

A regression is a loss beyond its limit that is also significant: enough users in both groups, and a p-value of "not
worse" that is valid at every check and below the level. A loss beyond its limit that may be chance holds the rollout. A
step also needs evidence: enough users in both groups, and outcomes with which a loss beyond a limit is improbable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from experiments.domain.regression import (
    RegressionLimits,
    RolloutMetrics,
    possible_regressions,
    regressions,
    relative_changes,
)
from kit.errors import Precondition

STEPS = (10.0, 25.0, 50.0, 75.0, 100.0)
"""Default steps, in percent of users."""
INTERVAL = timedelta(hours=24)
"""Default duration of a step."""
FIRST_EPOCH_SHARE = 0.8
"""Share of the level for the first epoch of a rollout; the later ones have equal parts of the rest."""


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
    def level_share(self) -> float:
        """Share of the level of the experiment for the current epoch, in (0, 1].

        Up to one half of the users, a step keeps the epoch. Each later step opens one, the last without a control.
        """
        later = sum(50 < step < 100 for step in self.steps)
        if self.steps[0] > 50:
            later -= 1
        if later <= 0:
            return 1.0
        is_first = self.percent <= max(50, self.steps[0])
        return FIRST_EPOCH_SHARE if is_first else (1 - FIRST_EPOCH_SHARE) / later

    @property
    def next_step_at(self) -> datetime | None:
        """Time at which the next step or the end is due; None before the first step and after the end."""
        is_open = self.state in (RolloutState.RUNNING, RolloutState.WAITING)
        return self.stepped_at + self.interval if is_open and self.stepped_at else None


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
    found, undecided = regressions(rollout.limits, metrics) if rollout.percent > 0 else ([], [])
    if found:
        return decision(Action.ROLL_BACK, 0.0, "; ".join(found))
    if metrics.has_sample_ratio_mismatch:
        return decision(Action.HOLD, rollout.percent, "sample ratio mismatch")
    if (due := rollout.next_step_at) is not None and now < due:
        return decision(Action.HOLD, rollout.percent, f"the next step is due at {due.isoformat()}")
    following = next((step for step in rollout.steps if step > rollout.percent), None)
    if following is None:
        return decision(Action.FINISH, rollout.percent, "all users are in treatment, no regression")
    if rollout.percent > 0 and min(metrics.control.users, metrics.treatment.users) < rollout.limits.users_min:
        return decision(Action.HOLD, rollout.percent, f"fewer than {rollout.limits.users_min} users in a group")
    if undecided:
        return decision(Action.HOLD, rollout.percent, f"beyond the limit, but not significant: {', '.join(undecided)}")
    if rollout.percent > 0 and (possible := possible_regressions(rollout.limits, metrics)):
        return decision(Action.HOLD, rollout.percent, f"a loss beyond the limit is not excluded: {', '.join(possible)}")
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


def _numbers(rollout: Rollout, metrics: RolloutMetrics) -> dict[str, float]:
    """Returns the numbers on which a decision is based, by name."""
    numbers = {
        "percent": rollout.percent,
        "control_users": float(metrics.control.users),
        "treatment_users": float(metrics.treatment.users),
        "sample_ratio_alarm": float(metrics.has_sample_ratio_mismatch),
        "broken_guardrails": float(len(metrics.broken_guardrails)),
        "excluded_strata": float(metrics.excluded_strata),
        "ignored_outputs": float(metrics.ignored_outputs),
    }
    numbers |= {f"{name}_loss_p": loss.p_value for name, loss in metrics.losses.items()}
    for group, measured in (("control", metrics.control), ("treatment", metrics.treatment)):
        for name in ("positive_rate", "latency", "satisfaction"):
            if (value := getattr(measured, name)) is not None:
                numbers[f"{group}_{name}"] = value
    return numbers | {f"{name}_change": change for name, change in relative_changes(metrics).items()}
