"""Running experiments that decide which model a user gets."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import Demand
from neural.domain.model import Strategy
from neural.rebuild.versions import as_learner
from splits.assignment import assign
from splits.definitions import decode
from splits.model import EVERY_TENANT, Experiment, ExperimentType

_SQL = load_queries("neural", "recommendation.sql")

LOOK_S = 0.5
"""Changes of experiments are seen within it."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What an experiment says of one request."""

    experiment_id: str
    variant: str
    epoch: int
    models: tuple[str, ...] = ()
    """Models of the variant; empty where it leaves them as they are."""
    strategy: Strategy | None = None
    epsilon: float | None = None

    def applied(self, demand: Demand) -> Demand:
        """Returns the demand as the variant has it: its models, of those that the request allows."""
        allowed = tuple(each for each in self.models if not demand.candidates or each in demand.candidates)
        return replace(
            demand,
            candidates=allowed if self.models else demand.candidates,
            strategy=self.strategy or demand.strategy,
            epsilon=demand.epsilon if self.epsilon is None else self.epsilon,
            closed=bool(self.models),
        )


class Treatments(Protocol):
    """Tells which experiment covers a request."""

    def treatment(self, tenant: str, user: str, task: str, domain: str) -> Treatment | None:
        """Returns what the first experiment that covers the request says; None when none does."""
        ...


class NoTreatments:
    """Stands in where there are no experiments."""

    def treatment(self, tenant: str, user: str, task: str, domain: str) -> Treatment | None:
        """Returns None."""
        return None


class RunningExperiments:
    """Knows every running experiment on models, at most half a second late."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signature = ""
        self._by_tenant: dict[str, Sequence[Experiment]] = {}

    def treatment(self, tenant: str, user: str, task: str, domain: str) -> Treatment | None:
        """Returns what the first experiment that covers the request says: the tenant's own come first."""
        if not self._by_tenant or not user:
            return None
        for owner in (tenant, EVERY_TENANT):
            for experiment in self._by_tenant.get(owner, ()):
                found = assign(experiment, user, tenant, task, domain)
                if found.variant:
                    return _treatment(experiment, found.variant)
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


def _treatment(experiment: Experiment, variant: str) -> Treatment:
    config = next(each.config for each in experiment.variants if each.name == variant)
    models, model = config.get("models"), config.get("model")
    named = [str(each) for each in models] if isinstance(models, list) else [model] if isinstance(model, str) else []
    strategy, epsilon = config.get("strategy"), config.get("epsilon")
    return Treatment(
        experiment.experiment_id,
        variant,
        experiment.epoch,
        tuple(named),
        Strategy(strategy) if isinstance(strategy, str) else None,
        float(epsilon) if isinstance(epsilon, int | float) else None,
    )


_BESIDE = ("experiment_id", "tenant_id", "epoch", "etag", "started_at")
