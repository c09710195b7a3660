"""Assignments that stick: what was served is stored before it is answered, and kept as long as its epoch lasts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from experiments.assignment.running import Registry
from experiments.store.experiments import Experiments
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from splits.assignment import Assignment, Reason, assign
from splits.model import Experiment, State, Targeting

_SQL = load_queries("experiments", "experiments.sql")

_Key = tuple[str, str, int, str]
"""Experiment, tenant, epoch, user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who is to be assigned, and for what."""

    user_id: str
    task_type: str = ""
    domain_mode: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


class Assigning:
    """Assigns users to variants of running experiments."""

    def __init__(self, database: Database, registry: Registry, experiments: Experiments, remembered_max: int) -> None:
        self._database, self._registry, self._experiments = database, registry, experiments
        self._remembered: OrderedDict[_Key, Assignment] = OrderedDict()
        self._remembered_max = remembered_max

    async def experiment(self, tenant: str, experiment_id: str) -> Experiment:
        """Returns an experiment to assign for, running or not; raises NotFound."""
        running = self._registry.find(tenant, experiment_id)
        return running or (await self._experiments.get(tenant, experiment_id)).experiment

    async def assign(self, tenant: str, experiment: Experiment, askers: Sequence[Asker]) -> list[Assignment]:
        """Assigns users in their order. What was served before in this epoch is served again."""
        if experiment.state is not State.RUNNING:
            return [_make(experiment, tenant, asker) for asker in askers]
        found: list[Assignment | None] = [self._recall(tenant, experiment, asker) for asker in askers]
        fresh: dict[str, Assignment] = {}
        maybe: set[str] = set()
        for asker, known in zip(askers, found, strict=True):
            if known is None and (made := _make(experiment, tenant, asker)).variant:
                fresh[asker.user_id] = made
            elif known is None and _may_be_kept(experiment, tenant, asker):
                maybe.add(asker.user_id)
        kept = await self._keep(tenant, experiment, fresh, maybe) if fresh or maybe else {}
        return [
            known or kept.get(asker.user_id) or _make(experiment, tenant, asker)
            for asker, known in zip(askers, found, strict=True)
        ]

    def _recall(self, tenant: str, experiment: Experiment, asker: Asker) -> Assignment | None:
        key = (experiment.experiment_id, tenant, experiment.epoch, asker.user_id)
        known = self._remembered.get(key)
        if known is not None:
            self._remembered.move_to_end(key)
        return known

    async def _keep(
        self, tenant: str, experiment: Experiment, fresh: Mapping[str, Assignment], maybe: AbstractSet[str]
    ) -> dict[str, Assignment]:
        """Stores assignments and returns what stands: those of another process, where it was faster.

        Of users who may have been served before, it returns what was.
        """
        place = (tenant, experiment.experiment_id, experiment.epoch)
        users = list(fresh)
        columns = (
            users,
            [fresh[user].variant for user in users],
            [fresh[user].analysed for user in users],
            [fresh[user].reason.value for user in users],
        )
        async with self._database.tenant(tenant) as connection:
            if users:
                await connection.execute(_SQL["keep_assignments"], *place, *columns)
            rows = await connection.fetch(_SQL["kept_assignments"], *place, [*users, *maybe])
        kept = {row["user_id"]: Assignment(row["variant"], row["analysed"], Reason(row["reason"])) for row in rows}
        for user, assignment in kept.items():
            self._remembered[experiment.experiment_id, tenant, experiment.epoch, user] = assignment
        while len(self._remembered) > self._remembered_max:
            self._remembered.popitem(last=False)
        return kept


def _may_be_kept(experiment: Experiment, tenant: str, asker: Asker) -> bool:
    """Tells whether a user who is not covered now would be with another task, domain or other attributes."""
    anyhow = replace(experiment, targeting=Targeting(tenant_ids=experiment.targeting.tenant_ids))
    return experiment.targeting != anyhow.targeting and bool(_make(anyhow, tenant, asker).variant)


def _make(experiment: Experiment, tenant: str, asker: Asker) -> Assignment:
    return assign(experiment, asker.user_id, tenant, asker.task_type, asker.domain_mode, asker.attributes)
