"""The process's own copy of the running experiments."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from experiments.store.idempotency import as_experimenter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from splits.definitions import decode
from splits.model import EVERY_TENANT, Experiment

_SQL = load_queries("experiments", "experiments.sql")

LOOK_S = 0.5
"""Changes by other processes are seen within it."""


class Registry:
    """Knows every running experiment, at most half a second late."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signature = ""
        self._by_id: dict[str, Experiment] = {}
        self._by_tenant: dict[str, list[Experiment]] = {}
        self._listeners: set[Callable[[], None]] = set()

    def running(self, tenant: str) -> Sequence[Experiment]:
        """Returns what runs for a tenant: its own experiments, then those over all tenants."""
        return [*self._by_tenant.get(tenant, ()), *self._by_tenant.get(EVERY_TENANT, ())]

    def find(self, tenant: str, experiment_id: str) -> Experiment | None:
        """Returns a running experiment that concerns the tenant."""
        found = self._by_id.get(experiment_id)
        return found if found is not None and found.tenant_id in (tenant, EVERY_TENANT) else None

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls the listener after every change; returns what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def look(self) -> None:
        """Reads what runs if anything changed."""
        async with as_experimenter(self._database) as connection:
            signature: str = await connection.fetchval(_SQL["running_signature"])
            if signature == self._signature:
                return
            rows = await connection.fetch(_SQL["running"])
        found = [decode(row["definition"], **{name: row[name] for name in _BESIDE}) for row in rows]
        by_tenant: dict[str, list[Experiment]] = defaultdict(list)
        for experiment in found:
            by_tenant[experiment.tenant_id].append(experiment)
        self._by_id = {experiment.experiment_id: experiment for experiment in found}
        self._by_tenant, self._signature = dict(by_tenant), signature
        for listener in list(self._listeners):
            listener()

    async def look_forever(self) -> None:
        """Looks twice a second."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)


_BESIDE = ("experiment_id", "tenant_id", "state", "epoch", "etag", "started_at")
