"""Stored rollouts and their decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from experiments.domain.rollout_policy import Rollout, RolloutState
from kit.errors import NotFound
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("experiments", "rollout.sql")

RolloutKey = tuple[str, str]
"""Owner and experiment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision, or an action of an administrator."""

    action: str
    percent: float
    """Percentage of users in treatment after the action."""
    reason: str
    numbers: Mapping[str, float]
    """Numbers on which the decision is based, by name."""
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRollout:
    """A rollout with all decisions, oldest first."""

    tenant_id: str
    """Owner; EVERY_TENANT for an experiment over all tenants."""
    experiment_id: str
    rollout: Rollout
    decisions: Sequence[StoredDecision]


async def insert_rollout(connection: Connection, key: RolloutKey, plan: Rollout) -> bool:
    """Inserts the rollout of an experiment; returns False when the experiment has one."""
    columns = (list(plan.steps), plan.interval.total_seconds(), plan.needs_approval)
    return bool(await connection.fetchval(_SQL["insert_rollout"], *key, *columns))


async def lock_rollout(connection: Connection, key: RolloutKey) -> Rollout:
    """Returns a rollout and locks its row until the transaction ends; raises NotFound (ROLLOUT_UNKNOWN)."""
    row = await connection.fetchrow(_SQL["lock_rollout"], *key)
    if row is None:
        raise _unknown()
    return _rollout(row)


async def lock_open_rollout(connection: Connection, key: RolloutKey) -> Rollout | None:
    """Returns an open rollout and locks its row; None when it has ended or another transaction has locked it."""
    row = await connection.fetchrow(_SQL["lock_open_rollout"], *key)
    return None if row is None else _rollout(row)


async def read_rollout(connection: Connection, owner: str, experiment_id: str) -> StoredRollout:
    """Returns a rollout of an owner or over all tenants; raises NotFound (ROLLOUT_UNKNOWN)."""
    row = await connection.fetchrow(_SQL["find_rollout"], owner, experiment_id)
    if row is None:
        raise _unknown()
    rows = await connection.fetch(_SQL["decisions"], row["tenant_id"], experiment_id)
    return StoredRollout(
        tenant_id=row["tenant_id"],
        experiment_id=experiment_id,
        rollout=_rollout(row),
        decisions=[_decision(each) for each in rows],
    )


async def open_rollouts(connection: Connection, after: RolloutKey, limit: int) -> list[RolloutKey]:
    """Returns the keys of up to `limit` open rollouts in ascending order, after a key."""
    rows = await connection.fetch(_SQL["open_rollouts"], *after, limit)
    return [(row["tenant_id"], row["experiment_id"]) for row in rows]


async def update_rollout(
    connection: Connection, key: RolloutKey, state: RolloutState, percent: float, *, is_step: bool
) -> None:
    """Updates state and percentage. A step also sets its start and clears the approval."""
    await connection.execute(_SQL["update_rollout"], *key, state.value, percent, is_step)


async def approve_next_step(connection: Connection, key: RolloutKey) -> None:
    """Marks the next step as approved."""
    await connection.execute(_SQL["approve_next_step"], *key)


async def end_rollout(connection: Connection, key: RolloutKey) -> float | None:
    """Ends an open rollout and returns its percentage; None without an open rollout."""
    percent: float | None = await connection.fetchval(_SQL["end_rollout"], *key)
    return percent


async def insert_decision(
    connection: Connection,
    key: RolloutKey,
    action: str,
    percent: float,
    reason: str,
    numbers: Mapping[str, float] | None = None,
) -> None:
    """Inserts a decision."""
    text = json.dumps(dict(numbers or {}))
    await connection.execute(_SQL["insert_decision"], *key, action, percent, reason, text)


async def is_last_decision(connection: Connection, key: RolloutKey, action: str, reason: str) -> bool:
    """Returns whether the last decision of a rollout has the same action and reason."""
    row = await connection.fetchrow(_SQL["last_decision"], *key)
    return row is not None and (row["action"], row["reason"]) == (action, reason)


def _unknown() -> NotFound:
    return NotFound("The experiment has no rollout. Call StartRollout first.", reason="ROLLOUT_UNKNOWN")


def _rollout(row: asyncpg.Record) -> Rollout:
    return Rollout(
        steps=tuple(row["steps"]),
        interval=timedelta(seconds=row["interval_seconds"]),
        needs_approval=row["needs_approval"],
        is_approved=row["approved"],
        state=RolloutState(row["state"]),
        percent=row["percent"],
        stepped_at=row["stepped_at"],
    )


def _decision(row: asyncpg.Record) -> StoredDecision:
    return StoredDecision(
        action=row["action"],
        percent=row["percent"],
        reason=row["reason"],
        numbers=json.loads(row["numbers"]),
        decided_at=row["decided_at"],
    )
