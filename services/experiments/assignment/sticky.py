"""Sticky assignments: an assignment is stored before it is returned and stays the same until its epoch ends."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from experiments.assignment.registry import ExperimentRegistry
from experiments.store.experiments import ExperimentStore
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from splits.assignment import Assignment, Reason, assign
from splits.model import Experiment, State, Targeting

_SQL = load_queries("experiments", "assignment.sql")

_Key = tuple[str, str, int, str]
"""Experiment, tenant, epoch, user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentContext:
    """User to assign, with the properties of the request that targeting conditions compare."""

    user_id: str
    task_type: str = ""
    domain_mode: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


class StickyAssignments:
    """Assigns users to variants and stores the assignments; caches up to `cached_max` of them."""

    def __init__(
        self, database: Database, registry: ExperimentRegistry, experiments: ExperimentStore, cached_max: int
    ) -> None:
        self._database, self._registry, self._experiments = database, registry, experiments
        self._cache: OrderedDict[_Key, Assignment] = OrderedDict()
        self._cached_max = cached_max

    async def experiment(self, tenant: str, experiment_id: str) -> Experiment:
        """Returns an experiment in any state; raises NotFound (EXPERIMENT_UNKNOWN)."""
        running = self._registry.find(tenant, experiment_id)
        return running or (await self._experiments.get(tenant, experiment_id)).experiment

    async def assign(
        self, tenant: str, experiment: Experiment, contexts: Sequence[AssignmentContext]
    ) -> list[Assignment]:
        """Returns the assignments of users in the given order. A stored assignment of the epoch is returned again."""
        if experiment.state is not State.RUNNING:
            return [_computed(experiment, tenant, context) for context in contexts]
        cached = [self._cached(tenant, experiment, context) for context in contexts]
        new: dict[str, Assignment] = {}
        lookups: set[str] = set()
        for context, known in zip(contexts, cached, strict=True):
            if known is None and (computed := _computed(experiment, tenant, context)).variant:
                new[context.user_id] = computed
            elif known is None and _may_be_stored(experiment, tenant, context):
                lookups.add(context.user_id)
        stored = await self._store(tenant, experiment, new, lookups) if new or lookups else {}
        return [
            known or stored.get(context.user_id) or _computed(experiment, tenant, context)
            for context, known in zip(contexts, cached, strict=True)
        ]

    def _cached(self, tenant: str, experiment: Experiment, context: AssignmentContext) -> Assignment | None:
        key = (experiment.experiment_id, tenant, experiment.epoch, context.user_id)
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
        return known

    async def _store(
        self, tenant: str, experiment: Experiment, new: Mapping[str, Assignment], lookups: AbstractSet[str]
    ) -> dict[str, Assignment]:
        """Inserts new assignments and returns the stored ones by user, including those of the users in `lookups`.

        An assignment that another process has inserted before is kept and returned.
        """
        key = (tenant, experiment.experiment_id, experiment.epoch)
        users = list(new)
        columns = (
            users,
            [new[user].variant for user in users],
            [new[user].is_analysed for user in users],
            [new[user].reason.value for user in users],
        )
        async with self._database.tenant(tenant) as connection:
            if users:
                await connection.execute(_SQL["insert_assignments"], *key, *columns)
            rows = await connection.fetch(_SQL["stored_assignments"], *key, [*users, *lookups])
        stored = {row["user_id"]: Assignment(row["variant"], row["analysed"], Reason(row["reason"])) for row in rows}
        for user, assignment in stored.items():
            self._cache[experiment.experiment_id, tenant, experiment.epoch, user] = assignment
        while len(self._cache) > self._cached_max:
            self._cache.popitem(last=False)
        return stored


def _may_be_stored(experiment: Experiment, tenant: str, context: AssignmentContext) -> bool:
    """Returns whether a user outside of the targeting would be assigned in another context, and so may be stored."""
    untargeted = replace(experiment, targeting=Targeting(tenant_ids=experiment.targeting.tenant_ids))
    return experiment.targeting != untargeted.targeting and bool(_computed(untargeted, tenant, context).variant)


def _computed(experiment: Experiment, tenant: str, context: AssignmentContext) -> Assignment:
    return assign(experiment, context.user_id, tenant, context.task_type, context.domain_mode, context.attributes)
