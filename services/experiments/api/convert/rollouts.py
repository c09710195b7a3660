"""Conversion of rollouts."""

from __future__ import annotations

from datetime import timedelta

from experiments.api.convert.definitions import timestamp
from experiments.domain.rollout_policy import INTERVAL, STEPS, Action, Rollout, RolloutState
from experiments.rollout.store import StoredRollout
from kit.errors import Invalid
from radiant.experiments.v1 import experiment_service_pb2, rollout_pb2

_STATES = {
    RolloutState.RUNNING: rollout_pb2.ROLLOUT_STATE_RUNNING,
    RolloutState.WAITING: rollout_pb2.ROLLOUT_STATE_WAITING,
    RolloutState.FINISHED: rollout_pb2.ROLLOUT_STATE_FINISHED,
    RolloutState.ROLLED_BACK: rollout_pb2.ROLLOUT_STATE_ROLLED_BACK,
}


def plan_of(request: experiment_service_pb2.StartRolloutRequest) -> Rollout:
    """Returns the plan of a request; raises Invalid unless the steps ascend to 100 and the interval is valid."""
    steps = tuple(request.plan.steps) or STEPS
    if list(steps) != sorted(set(steps)) or steps[-1] != 100:
        raise Invalid.field("plan.steps", "must be ascending and end with 100")
    interval = INTERVAL
    if request.plan.HasField("interval"):
        if not 0 <= request.plan.interval.nanos < 10**9:
            raise Invalid.field("plan.interval", "must have nanos from 0 to 999999999")
        interval = timedelta(seconds=request.plan.interval.seconds + request.plan.interval.nanos / 1e9)
    return Rollout(steps=steps, interval=interval, needs_approval=request.plan.needs_approval)


def rollout_message(stored: StoredRollout, *, has_evidence: bool = True) -> rollout_pb2.Rollout:
    """Returns the message of a rollout with its decisions.

    Without evidence, decisions have no reason and no numbers, and those that hold the rollout are left out: their times
    depend on measurements.
    """
    rollout = stored.rollout
    message = rollout_pb2.Rollout(
        experiment_id=stored.experiment_id, state=_STATES[rollout.state], percent=rollout.percent
    )
    message.plan.steps.extend(rollout.steps)
    message.plan.interval.FromTimedelta(rollout.interval)
    message.plan.needs_approval = rollout.needs_approval
    if rollout.next_step_at is not None:
        message.next_step_time.CopyFrom(timestamp(rollout.next_step_at))
    for decision in stored.decisions:
        if not has_evidence and decision.action == Action.HOLD:
            continue
        message.decisions.add(
            decide_time=timestamp(decision.decided_at),
            action=decision.action,
            percent=decision.percent,
            reason=decision.reason if has_evidence else "",
            numbers=decision.numbers if has_evidence else {},
        )
    return message
