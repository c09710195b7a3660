"""Counts exposures to a variant that the assignment does not give the user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from experiments.exposures.store import Exposure
from experiments.store.experiments import StoredEpoch
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from splits.assignment import assign
from splits.model import Experiment, State, Targeting

_SQL = load_queries("experiments", "assignment.sql")

EpochKey = tuple[str, int]
"""Experiment and epoch."""


def epoch_definitions(epochs: Sequence[StoredEpoch]) -> dict[EpochKey, Experiment]:
    """Returns the experiment as it assigned users in each epoch."""
    found = {}
    for each in epochs:
        definition = replace(each.experiment, traffic=each.traffic_max)
        found[definition.experiment_id, definition.epoch] = definition
    return found


async def count_mismatches(
    connection: Connection, tenant: str, exposures: Sequence[Exposure], definitions: Mapping[EpochKey, Experiment]
) -> int:
    """Returns the number of exposures to another variant than the assigned one.

    The stored assignment of the epoch decides, otherwise the pure function of `splits`, without the conditions on
    tasks, domains and attributes, which an exposure does not name. Exposures of unknown epochs are not counted.
    """
    by_epoch: dict[EpochKey, list[Exposure]] = defaultdict(list)
    for each in exposures:
        by_epoch[each.experiment_id, each.epoch].append(each)
    count = 0
    for key, group in by_epoch.items():
        definition = definitions.get(key)
        if definition is None or (definition.targeting.tenant_ids and tenant not in definition.targeting.tenant_ids):
            continue
        rows = await connection.fetch(_SQL["stored_assignments"], tenant, *key, [each.user_id for each in group])
        stored = {row["user_id"]: row["variant"] for row in rows}
        everyone = replace(definition, state=State.RUNNING, targeting=Targeting())
        for each in group:
            assigned = stored.get(each.user_id)
            if assigned is None:
                assigned = assign(everyone, each.user_id, tenant).variant
            count += assigned != each.variant
    return count
