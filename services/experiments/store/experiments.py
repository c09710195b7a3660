"""Stored experiments and their epochs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from experiments.domain.visibility import is_visible, visible_part
from experiments.store.audit import ChangeRequest, append_audit_entry
from experiments.store.transactions import owner_transaction
from kit.errors import Conflict, NotFound
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from splits.definitions import decode, encode
from splits.model import Experiment, State

_SQL = load_queries("experiments", "experiments.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExperiment:
    """An experiment with the times of its row."""

    experiment: Experiment
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    """Time of completion or cancellation; None before."""

    @property
    def completed_at(self) -> datetime | None:
        """Time of completion; None unless the experiment is completed."""
        return self.ended_at if self.experiment.state is State.COMPLETED else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEpoch:
    """An epoch of an experiment."""

    experiment: Experiment
    """Definition at the start of the epoch."""
    opened_at: datetime
    traffic_max: float
    """Largest share of users in treatment during the epoch."""


async def insert_experiment(connection: Connection, request: ChangeRequest, experiment: Experiment) -> StoredExperiment:
    """Inserts a draft and its audit entry."""
    text = encode(experiment)
    row = await connection.fetchrow(_SQL["insert_experiment"], request.owner, experiment.experiment_id, text)
    assert row is not None  # noqa: S101 - an insert returns its row
    await append_audit_entry(connection, request, experiment.experiment_id, "create", text)
    return _stored(row)


async def lock_experiment(connection: Connection, owner: str, experiment_id: str, etag: str) -> StoredExperiment:
    """Returns an experiment and locks its row until the transaction ends.

    Raises NotFound, and Conflict (ETAG_MISMATCH) when the etag is not the current one. An empty etag is not compared.
    """
    row = await connection.fetchrow(_SQL["lock_experiment"], owner, experiment_id)
    if row is None:
        raise _unknown()
    if etag and int(etag) != row["etag"]:
        raise Conflict(
            "The experiment was changed by another request. Read it and retry with the current etag.",
            reason="ETAG_MISMATCH",
            etag=str(row["etag"]),
        )
    return _stored(row)


async def update_experiment(
    connection: Connection, request: ChangeRequest, experiment: Experiment, action: str
) -> StoredExperiment:
    """Updates an experiment that the caller has locked and appends an audit entry.

    A running experiment in a new epoch also inserts the epoch with the definition at its start.
    """
    text = encode(experiment)
    key = (experiment.tenant_id, experiment.experiment_id)
    row = await connection.fetchrow(_SQL["update_experiment"], *key, experiment.state.value, text, experiment.epoch)
    assert row is not None  # noqa: S101 - the caller has locked it
    if experiment.state is State.RUNNING:
        await connection.execute(_SQL["insert_epoch"], *key, experiment.epoch, text, experiment.traffic)
    await append_audit_entry(connection, request, experiment.experiment_id, action, text)
    return _stored(row)


async def lock_started_experiments(connection: Connection, owner: str) -> list[Experiment]:
    """Returns the running and paused experiments that share layers with those of an owner.

    Locks the slots of all layers until the transaction ends.
    """
    await connection.execute(_SQL["lock_layers"])
    rows = await connection.fetch(_SQL["started_experiments"], owner)
    return [_stored(row).experiment for row in rows]


class ExperimentStore:
    """Reads the experiments of a tenant and those over all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, experiment_id: str) -> StoredExperiment:
        """Returns an experiment of the tenant or one over all tenants; raises NotFound (EXPERIMENT_UNKNOWN)."""
        async with owner_transaction(self._database, tenant) as connection:
            row = await connection.fetchrow(_SQL["find_experiment"], tenant, experiment_id)
        if row is None:
            raise _unknown()
        return _stored(row)

    async def get_visible(self, tenant: str, experiment_id: str, viewer: str) -> StoredExperiment:
        """Returns the part of an experiment that the tenant of the caller, `viewer`, may read.

        `viewer` is EVERY_TENANT for operators of all tenants. Raises NotFound (EXPERIMENT_UNKNOWN), also for an
        experiment that covers other tenants only.
        """
        found = await self.get(tenant, experiment_id)
        if not is_visible(found.experiment, viewer):
            raise _unknown()
        return _visible(found, viewer)

    async def page(
        self, tenant: str, state: State | None, after: tuple[int, str], limit: int, viewer: str
    ) -> list[StoredExperiment]:
        """Returns the visible parts of up to `limit` experiments of the tenant and over all tenants, newest first.

        `after` is the creation time in microseconds since 1970 and the identifier of the last row of the page before.
        """
        async with owner_transaction(self._database, tenant) as connection:
            state_filter = state.value if state else ""
            rows = await connection.fetch(_SQL["list_experiments"], tenant, state_filter, *after, limit, viewer)
        return [_visible(_stored(row), viewer) for row in rows]

    async def epochs(self, experiment: Experiment) -> list[StoredEpoch]:
        """Returns the epochs of an experiment in ascending order."""
        async with owner_transaction(self._database, experiment.tenant_id) as connection:
            return await read_epochs(connection, experiment)


async def read_epochs(connection: Connection, experiment: Experiment) -> list[StoredEpoch]:
    """Returns the epochs of an experiment in ascending order."""
    rows = await connection.fetch(_SQL["epochs"], experiment.tenant_id, experiment.experiment_id)
    return [_epoch(row, experiment) for row in rows]


def experiment_of(row: asyncpg.Record) -> Experiment:
    """Returns the experiment of a row with its definition and state."""
    columns = ("experiment_id", "tenant_id", "state", "epoch", "etag", "started_at")
    return decode(row["definition"], **{name: row[name] for name in columns})


def _unknown() -> NotFound:
    return NotFound("The experiment does not exist. Check experiment_id.", reason="EXPERIMENT_UNKNOWN")


def _visible(stored: StoredExperiment, viewer: str) -> StoredExperiment:
    return replace(stored, experiment=visible_part(stored.experiment, viewer))


def _stored(row: asyncpg.Record) -> StoredExperiment:
    return StoredExperiment(
        experiment=experiment_of(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        ended_at=row["ended_at"],
    )


def _epoch(row: asyncpg.Record, current: Experiment) -> StoredEpoch:
    definition = decode(
        row["definition"],
        experiment_id=current.experiment_id,
        tenant_id=current.tenant_id,
        state=current.state.value,
        epoch=row["epoch"],
        etag=current.etag,
        started_at=current.started_at,
    )
    traffic_max = row["traffic_max"]
    if row["epoch"] == current.epoch:
        traffic_max = max(traffic_max or 0.0, current.traffic)
    elif traffic_max is None:  # an epoch of an earlier version: traffic rises up to one half within an epoch
        traffic_max = 0.5
    return StoredEpoch(
        experiment=definition, opened_at=row["opened_at"], traffic_max=max(traffic_max, definition.traffic)
    )
