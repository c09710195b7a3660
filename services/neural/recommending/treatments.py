"""Running experiments that decide which model a user gets."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.constraints import Demand
from neural.learning.versions import as_learner
from splits.assignment import assign
from splits.definitions import decode
from splits.model import EVERY_TENANT, Experiment, ExperimentType

_SQL = load_queries("neural", "queries_recommending.sql")

LOOK_S = 0.5
"""Changes of experiments are seen within it."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What an experiment says of one request."""

    experiment_id: str
    variant: str
    epoch: int
    model: str
    """Model of the variant; empty where the variant leaves the choice as it is."""


class Treatments(Protocol):
    """Tells which experiment covers a request."""

    def treatment(self, tenant: str, demand: Demand) -> Treatment | None:
        """Returns what the first experiment that covers the request says; None when none does."""
        ...


class NoTreatments:
    """Stands in where there are no experiments."""

    def treatment(self, tenant: str, demand: Demand) -> Treatment | None:
        """Returns None."""
        return None


class RunningExperiments:
    """Knows every running experiment on models, at most half a second late."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signature = ""
        self._by_tenant: dict[str, Sequence[Experiment]] = {}

    def treatment(self, tenant: str, demand: Demand) -> Treatment | None:
        """Returns what the first experiment that covers the request says: the tenant's own come first."""
        if not self._by_tenant or not demand.user_id:
            return None
        for owner in (tenant, EVERY_TENANT):
            for experiment in self._by_tenant.get(owner, ()):
                found = assign(experiment, demand.user_id, tenant, demand.task_type, demand.domain_mode)
                if found.variant:
                    config = next(each.config for each in experiment.variants if each.name == found.variant)
                    model = config.get("model", "")
                    name = model if isinstance(model, str) else ""
                    return Treatment(experiment.experiment_id, found.variant, experiment.epoch, name)
        return None

    async def look(self) -> None:
        """Reads what runs if anything changed."""
        async with as_learner(self._database) as connection:
            signature: str = await connection.fetchval(_SQL["experiments_signature"])
            if signature == self._signature:
                return
            rows = await connection.fetch(_SQL["running_experiments"])
        by_tenant: dict[str, list[Experiment]] = defaultdict(list)
        for row in rows:
            experiment = decode(row["definition"], state="running", **{name: row[name] for name in _BESIDE})
            if experiment.type is ExperimentType.MODEL_ROUTING:
                by_tenant[experiment.tenant_id].append(experiment)
        self._by_tenant, self._signature = dict(by_tenant), signature

    async def look_forever(self) -> None:
        """Looks twice a second."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)


_BESIDE = ("experiment_id", "tenant_id", "epoch", "etag", "started_at")
