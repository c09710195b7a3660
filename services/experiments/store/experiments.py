"""Experiments as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from experiments.store.idempotency import Request, audit, owned
from kit.errors import Conflict, NotFound
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from splits.definitions import decode, encode
from splits.model import Experiment, State

_SQL = load_queries("experiments", "experiments.sql")

LATEST_US = 2**53
"""A time in microseconds after every experiment, in the year 2255: the place before the first page."""
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An experiment with the times of its changes."""

    experiment: Experiment
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


def kept_of(row: asyncpg.Record) -> Kept:
    """Returns a stored row as such."""
    experiment = decode(
        row["definition"],
        experiment_id=row["experiment_id"],
        tenant_id=row["tenant_id"],
        state=row["state"],
        epoch=row["epoch"],
        etag=row["etag"],
        started_at=row["started_at"],
    )
    return Kept(
        experiment=experiment,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        ended_at=row["ended_at"],
    )


async def create(connection: Connection, request: Request, experiment: Experiment) -> Kept:
    """Keeps a draft."""
    text = encode(experiment)
    row = await connection.fetchrow(_SQL["create_experiment"], request.owner, experiment.experiment_id, text)
    assert row is not None  # noqa: S101 - an insert returns its row
    await audit(connection, request, experiment.experiment_id, "create", text)
    return kept_of(row)


async def locked(connection: Connection, owner: str, experiment_id: str, etag: str) -> Kept:
    """Returns an experiment that nobody else changes until the transaction ends.

    Raises NotFound, and Conflict (ETAG_MISMATCH) when the caller has seen another state; no etag skips that.
    """
    row = await connection.fetchrow(_SQL["lock_experiment"], owner, experiment_id)
    if row is None:
        raise NotFound("There is no such experiment.", reason="EXPERIMENT_UNKNOWN")
    if etag and int(etag) != row["etag"]:
        raise Conflict("The experiment has changed since it was read.", reason="ETAG_MISMATCH", etag=str(row["etag"]))
    return kept_of(row)


async def change(connection: Connection, request: Request, experiment: Experiment, action: str) -> Kept:
    """Keeps a changed experiment, which the caller has locked; a new epoch begins with what it is now."""
    text = encode(experiment)
    place = (experiment.tenant_id, experiment.experiment_id)
    row = await connection.fetchrow(_SQL["change_experiment"], *place, experiment.state.value, text, experiment.epoch)
    assert row is not None  # noqa: S101 - the caller has locked it
    if experiment.state is State.RUNNING:
        await connection.execute(_SQL["open_epoch"], *place, experiment.epoch, text)
    await audit(connection, request, experiment.experiment_id, action, text)
    return kept_of(row)


async def others(connection: Connection, owner: str) -> list[Experiment]:
    """Returns what runs or pauses beside, for the slots of layers, which nobody else takes in the meantime."""
    await connection.execute(_SQL["lock_layers"])
    rows = await connection.fetch(_SQL["started_experiments"], owner)
    return [kept_of(row).experiment for row in rows]


class Experiments:
    """Reads experiments that concern a tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, experiment_id: str) -> Kept:
        """Returns the tenant's experiment, or one over all tenants; raises NotFound."""
        async with owned(self._database, tenant) as connection:
            row = await connection.fetchrow(_SQL["find_experiment"], tenant, experiment_id)
        if row is None:
            raise NotFound("There is no such experiment.", reason="EXPERIMENT_UNKNOWN")
        return kept_of(row)

    async def page(
        self, tenant: str, state: State | None, after: tuple[int, str], size: int
    ) -> tuple[Sequence[Kept], bool]:
        """Returns a page, newest first, and whether there are more."""
        async with owned(self._database, tenant) as connection:
            wanted = state.value if state else ""
            rows = await connection.fetch(_SQL["list_experiments"], tenant, wanted, *after, size + 1)
        return [kept_of(row) for row in rows[:size]], len(rows) > size

    async def epochs(self, experiment: Experiment) -> list[Experiment]:
        """Returns the experiment as it was when each epoch began."""
        async with owned(self._database, experiment.tenant_id) as connection:
            rows = await connection.fetch(_SQL["epochs"], experiment.tenant_id, experiment.experiment_id)
        return [_of_epoch(experiment, row) for row in rows]


def _of_epoch(experiment: Experiment, row: asyncpg.Record) -> Experiment:
    return decode(
        row["definition"],
        experiment_id=experiment.experiment_id,
        tenant_id=experiment.tenant_id,
        state=experiment.state.value,
        epoch=row["epoch"],
        etag=experiment.etag,
        started_at=experiment.started_at,
    )
