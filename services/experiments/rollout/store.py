"""Rollouts as they are kept and moved: every decision in one transaction with the change that it makes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import asyncpg

from experiments.analysis.verdict import Analysis, analyse
from experiments.domain.lifecycle import edit
from experiments.domain.rollout_policy import Action, Decision, Rollout, RolloutMetrics, RolloutState, decide, watch
from experiments.domain.rollout_policy import apply as applied
from experiments.domain.rollout_policy import approve as approved
from experiments.results.outcomes import Gathered, gather
from experiments.store.experiments import change, locked
from experiments.store.idempotency import Request, audit, owned
from kit.errors import AlreadyExists, NotFound, Precondition
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from splits.model import Experiment, State

_SQL = load_queries("experiments", "rollout.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision of the past."""

    action: str
    percent: float
    reason: str
    numbers: Mapping[str, float]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A rollout with everything that was decided."""

    experiment_id: str
    rollout: Rollout
    decisions: Sequence[Entry]


def _rollout_of(row: asyncpg.Record) -> Rollout:
    return Rollout(
        steps=tuple(row["steps"]),
        interval=timedelta(seconds=row["interval_seconds"]),
        needs_approval=row["needs_approval"],
        approved=row["approved"],
        state=RolloutState(row["state"]),
        percent=row["percent"],
        stepped_at=row["stepped_at"],
    )


async def begin(connection: Connection, request: Request, experiment_id: str, etag: str, plan: Rollout) -> None:
    """Starts a rollout of a running experiment with one treatment.

    It begins with the share that the experiment has; below the first step that one is taken at once. Nobody who is
    treated is moved back.

    Raises Precondition for an experiment that does not run, AlreadyExists for a second rollout.
    """
    kept = await locked(connection, request.owner, experiment_id, etag)
    if kept.experiment.state is not State.RUNNING:
        raise Precondition("Only a running experiment is rolled out.", reason="ROLLOUT_NEEDS_RUNNING")
    if len(kept.experiment.treatments) != 1:
        raise Precondition("Only a single treatment is rolled out.", reason="ROLLOUT_NEEDS_ONE_TREATMENT")
    place = (request.owner, experiment_id)
    settings = (list(plan.steps), plan.interval.total_seconds(), plan.needs_approval)
    if not await connection.fetchval(_SQL["start_rollout"], *place, *settings):
        raise AlreadyExists("The experiment has a rollout already.", reason="ROLLOUT_EXISTS")
    present = kept.experiment.traffic * 100
    if present >= plan.steps[0]:
        await connection.execute(_SQL["move_rollout"], *place, RolloutState.RUNNING.value, present, True)
        await _note(connection, place, "start", present, "from the share that the experiment has", {})
        await audit(connection, request, experiment_id, "rollout start")
        return
    await _note(connection, place, "start", 0.0, "from the first step", {})
    row = await connection.fetchrow(_SQL["lock_rollout"], *place)
    assert row is not None  # noqa: S101 - it was inserted above
    await audit(connection, request, experiment_id, "rollout start")
    await _step(connection, request, kept.experiment, _rollout_of(row))


async def approve(connection: Connection, request: Request, experiment_id: str) -> None:
    """Approves the next step; it is taken when it is due. Raises Precondition when none waits for it."""
    rollout = await _locked(connection, request.owner, experiment_id)
    approved(rollout)
    await connection.execute(_SQL["approve_rollout"], request.owner, experiment_id)
    place = (request.owner, experiment_id)
    await _note(connection, place, "approve", rollout.percent, f"{request.actor}: {request.reason}", {})
    await audit(connection, request, experiment_id, "rollout approve")


async def roll_back(connection: Connection, request: Request, experiment_id: str) -> None:
    """Rolls back at once. Raises Precondition for a rollout that was rolled back before."""
    rollout = await _locked(connection, request.owner, experiment_id)  # first, as the worker does
    kept = await locked(connection, request.owner, experiment_id, "")
    if rollout.state is RolloutState.ROLLED_BACK:
        raise Precondition("The rollout was rolled back before.", reason="ROLLED_BACK_BEFORE")
    why = f"{request.actor}: {request.reason or 'by hand'}"
    decision = Decision(action=Action.ROLL_BACK, to_percent=0.0, numbers={}, reason=why)
    await _apply(connection, request, kept.experiment, rollout, decision)


async def _locked(connection: Connection, owner: str, experiment_id: str) -> Rollout:
    row = await connection.fetchrow(_SQL["lock_rollout"], owner, experiment_id)
    if row is None:
        raise NotFound("The experiment has no rollout.", reason="ROLLOUT_UNKNOWN")
    return _rollout_of(row)


async def look(connection: Connection, request: Request, experiment_id: str) -> Decision | None:
    """Decides an open rollout; None when it is not open, or another worker decides it right now."""
    row = await connection.fetchrow(_SQL["take_rollout"], request.owner, experiment_id)
    if row is None:
        return None
    kept = await locked(connection, request.owner, experiment_id, "")
    if kept.experiment.state is not State.RUNNING:
        return None
    return await _step(connection, request, kept.experiment, _rollout_of(row))


async def _step(connection: Connection, request: Request, experiment: Experiment, rollout: Rollout) -> Decision:
    metrics = RolloutMetrics()
    if rollout.percent > 0:
        metrics = await asyncio.to_thread(watched, experiment, await gather(connection, experiment))
    decision = decide(rollout, datetime.now(UTC), metrics)
    await _apply(connection, request, experiment, rollout, decision)
    return decision


async def _apply(
    connection: Connection, request: Request, experiment: Experiment, rollout: Rollout, decision: Decision
) -> None:
    """Makes what was decided true: the share of users, the state, and the record of it, or none of them."""
    place = (request.owner, experiment.experiment_id)
    after = applied(rollout, decision, datetime.now(UTC))
    state, moved = after.state, after.percent != rollout.percent
    if not moved and state is rollout.state and await _said_before(connection, place, decision):
        return
    share_moves = moved and experiment.state in (State.RUNNING, State.PAUSED)
    if share_moves:
        changed, _ = edit(experiment, replace(experiment, traffic=decision.to_percent / 100))
        await change(connection, request, changed, f"rollout {decision.action}")
    await connection.execute(_SQL["move_rollout"], *place, state.value, decision.to_percent, moved)
    await _note(connection, place, decision.action.value, decision.to_percent, decision.reason, decision.numbers)
    if not share_moves and state is not rollout.state:
        await audit(connection, request, experiment.experiment_id, f"rollout {decision.action}")


async def _said_before(connection: Connection, place: tuple[str, str], decision: Decision) -> bool:
    """Tells whether the last decision was the same, for the same reason: a hold is noted once, not every round."""
    row = await connection.fetchrow(_SQL["last_decision"], *place)
    return row is not None and (row["action"], row["reason"]) == (decision.action.value, decision.reason)


async def end(connection: Connection, request: Request, experiment_id: str) -> None:
    """Ends an open rollout of an experiment that ends, where it stands; without one it does nothing."""
    percent = await connection.fetchval(_SQL["end_rollout"], request.owner, experiment_id)
    if percent is not None:
        await _note(
            connection, (request.owner, experiment_id), "end", percent, f"{request.actor}: {request.method}", {}
        )


async def _note(
    connection: Connection,
    place: tuple[str, str],
    action: str,
    percent: float,
    reason: str,
    numbers: Mapping[str, float],
) -> None:
    await connection.execute(_SQL["note_decision"], *place, action, percent, reason, json.dumps(dict(numbers)))


def watched(experiment: Experiment, gathered: Gathered) -> RolloutMetrics:
    """Returns what is seen of control and treatment in the present epoch alone."""
    present = Gathered(
        summaries=[each for each in gathered.summaries if each.epoch == experiment.epoch],
        exposed=[each for each in gathered.exposed if each[0] == experiment.epoch],
        units=(),
    )
    analysis = analysis_of(experiment, present, datetime.now(UTC), {})
    return watch(experiment, analysis, experiment.treatments[0].name)


def analysis_of(
    experiment: Experiment, gathered: Gathered, now: datetime, shares: Mapping[int, Mapping[str, float]]
) -> Analysis:
    """Analyses what was gathered."""
    exposures: dict[int, dict[str, int]] = {}
    for epoch, variant, users in gathered.exposed:
        exposures.setdefault(epoch, {})[variant] = users
    return analyse(experiment, gathered.summaries, exposures, now, shares)


class Rollouts:
    """Reads rollouts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, owner: str, experiment_id: str) -> Told:
        """Returns a rollout with its decisions; raises NotFound."""
        async with owned(self._database, tenant) as connection:
            return await told(connection, owner, experiment_id)


async def told(connection: Connection, owner: str, experiment_id: str) -> Told:
    """Reads a rollout with its decisions, as it stands in the transaction; raises NotFound."""
    row = await connection.fetchrow(_SQL["find_rollout"], owner, experiment_id)
    if row is None:
        raise NotFound("The experiment has no rollout.", reason="ROLLOUT_UNKNOWN")
    rows = await connection.fetch(_SQL["decisions"], row["tenant_id"], experiment_id)
    entries = [
        Entry(
            action=each["action"],
            percent=each["percent"],
            reason=each["reason"],
            numbers=json.loads(each["numbers"]),
            decided_at=each["decided_at"],
        )
        for each in rows
    ]
    return Told(experiment_id=experiment_id, rollout=_rollout_of(row), decisions=entries)
