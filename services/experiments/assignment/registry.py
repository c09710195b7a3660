"""Copy of all running experiments in the memory of the process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from experiments.store.experiments import experiment_of
from experiments.store.transactions import EXPERIMENTER
from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from splits.model import EVERY_TENANT, Experiment

_SQL = load_queries("experiments", "assignment.sql")

REFRESH_INTERVAL = timedelta(seconds=0.5)
"""Longest delay of changes by other processes."""


@dataclass(frozen=True, slots=True)
class RunningExperiments:
    """All running experiments at one time."""

    signature: str = ""
    """Digest of the identifiers and etags."""
    by_id: Mapping[str, Experiment] = field(default_factory=dict)
    by_tenant: Mapping[str, Sequence[Experiment]] = field(default_factory=dict)


class ExperimentRegistry:
    """Running experiments, at most REFRESH_INTERVAL old while `snapshot` is open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Callable[[], None]] = set()
        self.snapshot = Snapshot("registry", self._load, RunningExperiments(), REFRESH_INTERVAL, changed=self._notify)

    def running(self, tenant: str) -> Sequence[Experiment]:
        """Returns the running experiments of a tenant, followed by those over all tenants."""
        by_tenant = self.snapshot.value.by_tenant
        return [*by_tenant.get(tenant, ()), *by_tenant.get(EVERY_TENANT, ())]

    def find(self, tenant: str, experiment_id: str) -> Experiment | None:
        """Returns a running experiment of the tenant or over all tenants; None without one."""
        found = self.snapshot.value.by_id.get(experiment_id)
        return found if found is not None and found.tenant_id in (tenant, EVERY_TENANT) else None

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Registers a function that is called after every change; returns the function that removes it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def refresh(self) -> None:
        """Reads the running experiments if any of them has changed."""
        await self.snapshot.refresh()

    async def _load(self, current: RunningExperiments) -> RunningExperiments:
        async with self._database.as_role(EXPERIMENTER) as connection:
            signature: str = await connection.fetchval(_SQL["running_signature"])
            if signature == current.signature:
                return current
            rows = await connection.fetch(_SQL["running_experiments"])
        experiments = [experiment_of(row) for row in rows]
        by_tenant: dict[str, list[Experiment]] = defaultdict(list)
        for experiment in experiments:
            by_tenant[experiment.tenant_id].append(experiment)
        by_id = {experiment.experiment_id: experiment for experiment in experiments}
        return RunningExperiments(signature, by_id, dict(by_tenant))

    def _notify(self, _former: RunningExperiments, _current: RunningExperiments) -> None:
        for listener in list(self._listeners):
            listener()
