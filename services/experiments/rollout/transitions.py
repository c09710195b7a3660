"""Transitions of rollouts: each decision is made and stored in one transaction with its effect on the experiment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from experiments.domain.lifecycle import edit
from experiments.domain.regression import RolloutMetrics, rollout_metrics
from experiments.domain.rollout_policy import Action, Decision, Rollout, RolloutState, apply_decision, decide
from experiments.domain.rollout_policy import approve as approved
from experiments.results.measurement import failing
from experiments.results.outcomes import Outcomes, analyse_outcomes, read_outcomes
from experiments.rollout import store
from experiments.store.audit import ChangeRequest, append_audit_entry
from experiments.store.experiments import StoredExperiment, lock_experiment, read_epochs, update_experiment
from kit.errors import AlreadyExists, Precondition
from kit.postgres.pool import Connection
from splits.model import Experiment, State


async def start_rollout(
    connection: Connection, request: ChangeRequest, experiment_id: str, etag: str, plan: Rollout
) -> None:
    """Starts the rollout of a running experiment with one treatment.

    The rollout starts at the current traffic of the experiment, so that no treated user leaves the treatment. If the
    traffic is below the first step, the first step is taken at once.

    Raises Precondition (ROLLOUT_NEEDS_RUNNING, ROLLOUT_NEEDS_ONE_TREATMENT), AlreadyExists (ROLLOUT_EXISTS), and the
    errors of `lock_experiment`.
    """
    stored = await lock_experiment(connection, request.owner, experiment_id, etag)
    if stored.experiment.state is not State.RUNNING:
        raise Precondition("The experiment is not running. Start it first.", reason="ROLLOUT_NEEDS_RUNNING")
    if len(stored.experiment.treatments) != 1:
        raise Precondition(
            "A rollout requires an experiment with exactly one treatment.", reason="ROLLOUT_NEEDS_ONE_TREATMENT"
        )
    key = (request.owner, experiment_id)
    if not await store.insert_rollout(connection, key, plan):
        raise AlreadyExists("The experiment already has a rollout.", reason="ROLLOUT_EXISTS")
    current = stored.experiment.traffic * 100
    if current >= plan.steps[0]:
        await store.update_rollout(connection, key, RolloutState.RUNNING, current, is_step=True)
        await store.insert_decision(connection, key, "start", current, "at the current traffic of the experiment")
        await append_audit_entry(connection, request, experiment_id, "rollout start")
        return
    await store.insert_decision(connection, key, "start", 0.0, "before the first step")
    rollout = await store.lock_rollout(connection, key)
    await append_audit_entry(connection, request, experiment_id, "rollout start")
    await _decide(connection, request, stored, rollout)


async def approve_step(connection: Connection, request: ChangeRequest, experiment_id: str) -> None:
    """Approves the next step, which is taken when it is due.

    Raises Precondition (APPROVAL_NOT_NEEDED, ROLLOUT_ENDED) and NotFound (ROLLOUT_UNKNOWN).
    """
    key = (request.owner, experiment_id)
    rollout = approved(await store.lock_rollout(connection, key))
    await store.approve_next_step(connection, key)
    await store.insert_decision(connection, key, "approve", rollout.percent, f"{request.actor}: {request.reason}")
    await append_audit_entry(connection, request, experiment_id, "rollout approve")


async def roll_back(connection: Connection, request: ChangeRequest, experiment_id: str) -> None:
    """Rolls back at once. Raises Precondition (ROLLED_BACK_BEFORE) and NotFound (ROLLOUT_UNKNOWN)."""
    rollout = await store.lock_rollout(connection, (request.owner, experiment_id))  # the worker locks in the same order
    stored = await lock_experiment(connection, request.owner, experiment_id, "")
    if rollout.state is RolloutState.ROLLED_BACK:
        raise Precondition("The rollout is already rolled back.", reason="ROLLED_BACK_BEFORE")
    reason = f"{request.actor}: {request.reason or 'no reason given'}"
    decision = Decision(action=Action.ROLL_BACK, to_percent=0.0, numbers={}, reason=reason)
    await _apply(connection, request, stored.experiment, rollout, decision)


async def advance(connection: Connection, request: ChangeRequest, experiment_id: str) -> Decision | None:
    """Decides about an open rollout of a running experiment, applies the decision and returns it.

    Returns None when the rollout has ended, another transaction has locked it, or the experiment does not run.
    """
    rollout = await store.lock_open_rollout(connection, (request.owner, experiment_id))
    if rollout is None:
        return None
    stored = await lock_experiment(connection, request.owner, experiment_id, "")
    if stored.experiment.state is not State.RUNNING:
        return None
    return await _decide(connection, request, stored, rollout)


async def end_rollout(connection: Connection, request: ChangeRequest, experiment_id: str) -> None:
    """Ends an open rollout of an experiment that ends; does nothing without one."""
    key = (request.owner, experiment_id)
    percent = await store.end_rollout(connection, key)
    if percent is not None:
        await store.insert_decision(connection, key, "end", percent, f"{request.actor}: {request.method}")


async def _decide(
    connection: Connection, request: ChangeRequest, stored: StoredExperiment, rollout: Rollout
) -> Decision:
    metrics = RolloutMetrics()
    if rollout.percent > 0:
        outcomes = await read_outcomes(connection, stored, await read_epochs(connection, stored.experiment))
        metrics = await asyncio.to_thread(_metrics_of_epoch, stored.experiment, outcomes, rollout)
    decision = decide(rollout, datetime.now(UTC), metrics)
    await _apply(connection, request, stored.experiment, rollout, decision)
    return decision


async def _apply(
    connection: Connection, request: ChangeRequest, experiment: Experiment, rollout: Rollout, decision: Decision
) -> None:
    """Applies a decision: updates the traffic of the experiment and the rollout, and records the decision.

    A decision that changes nothing is recorded unless it repeats the last one.
    """
    key = (request.owner, experiment.experiment_id)
    after = apply_decision(rollout, decision, datetime.now(UTC))
    has_moved, has_new_state = after.percent != rollout.percent, after.state is not rollout.state
    action = decision.action.value
    if not has_moved and not has_new_state and await store.is_last_decision(connection, key, action, decision.reason):
        return
    changes_traffic = has_moved and experiment.state in (State.RUNNING, State.PAUSED)
    if changes_traffic:
        changed, _ = edit(experiment, replace(experiment, traffic=decision.to_percent / 100))
        await update_experiment(connection, request, changed, f"rollout {action}")
    await store.update_rollout(connection, key, after.state, decision.to_percent, is_step=has_moved)
    await store.insert_decision(connection, key, action, decision.to_percent, decision.reason, decision.numbers)
    if has_new_state and not changes_traffic:
        await append_audit_entry(connection, request, experiment.experiment_id, f"rollout {action}")


def _metrics_of_epoch(experiment: Experiment, outcomes: Outcomes, rollout: Rollout) -> RolloutMetrics:
    """Returns the metrics of the control and the treatment in the current epoch."""
    current = outcomes.in_epoch(experiment.epoch)
    analysis = analyse_outcomes(experiment, current, datetime.now(UTC), {})
    treatment = experiment.treatments[0].name
    return replace(
        rollout_metrics(experiment, analysis, treatment, rollout.level_share),
        ignored_outputs=sum(each.outputs for each in outcomes.ignored),
        has_failing_calls=bool(failing(experiment, current.measured, treatment)),
    )
