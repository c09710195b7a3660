"""Rollouts in and out."""

from __future__ import annotations

from datetime import timedelta

from experiments.api.convert.definitions import timestamp
from experiments.domain.rollout_policy import INTERVAL, STEPS, Rollout, RolloutState
from experiments.rollout.store import Told
from kit.errors import Invalid
from radiant.experiments.v1 import experiment_service_pb2, rollout_pb2

_STATES = {
    RolloutState.RUNNING: rollout_pb2.ROLLOUT_STATE_RUNNING,
    RolloutState.WAITING: rollout_pb2.ROLLOUT_STATE_WAITING,
    RolloutState.FINISHED: rollout_pb2.ROLLOUT_STATE_FINISHED,
    RolloutState.ROLLED_BACK: rollout_pb2.ROLLOUT_STATE_ROLLED_BACK,
}


def plan_of(request: experiment_service_pb2.StartRolloutRequest) -> Rollout:
    """Returns the plan that is asked for; raises Invalid unless the steps ascend to 100."""
    steps = tuple(request.plan.steps) or STEPS
    if list(steps) != sorted(set(steps)) or steps[-1] != 100:
        raise Invalid.field("plan.steps", "must ascend to 100")
    interval = INTERVAL
    if request.plan.HasField("interval"):
        if not 0 <= request.plan.interval.nanos < 10**9:
            raise Invalid.field("plan.interval", "is not a duration")
        interval = timedelta(seconds=request.plan.interval.seconds + request.plan.interval.nanos / 1e9)
    return Rollout(steps=steps, interval=interval, needs_approval=request.plan.needs_approval)


def message_of(told: Told) -> rollout_pb2.Rollout:
    """Renders a rollout with its decisions."""
    rollout = told.rollout
    message = rollout_pb2.Rollout(
        experiment_id=told.experiment_id, state=_STATES[rollout.state], percent=rollout.percent
    )
    message.plan.steps.extend(rollout.steps)
    message.plan.interval.FromTimedelta(rollout.interval)
    message.plan.needs_approval = rollout.needs_approval
    if rollout.next_step_at is not None:
        message.next_step_time.CopyFrom(timestamp(rollout.next_step_at))
    for entry in told.decisions:
        message.decisions.add(
            decide_time=timestamp(entry.decided_at),
            action=entry.action,
            percent=entry.percent,
            reason=entry.reason,
            numbers=entry.numbers,
        )
    return message
