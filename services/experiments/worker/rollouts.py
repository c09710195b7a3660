"""Background task that decides about open rollouts. Several replicas can run it at the same time."""

from __future__ import annotations

import logging

from experiments.assignment.registry import ExperimentRegistry
from experiments.rollout.store import RolloutKey, open_rollouts
from experiments.rollout.transitions import advance
from experiments.store.audit import ChangeRequest
from experiments.store.transactions import EXPERIMENTER
from kit.errors import RadiantError
from kit.postgres.pool import Database
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

PAGE_SIZE = 100
_FIRST_ID = "00000000-0000-0000-0000-000000000000"
DECISIONS = Counter("radiant_experiments_rollout_decisions_total", "Decisions about rollouts, by action.", ["action"])


async def advance_rollouts(database: Database, registry: ExperimentRegistry) -> None:
    """Decides about every open rollout once and refreshes the registry. A failure does not stop the others.

    A rollout is locked while it is decided, so that no step is taken twice.
    """
    after: RolloutKey = ("", _FIRST_ID)
    while True:
        async with database.as_role(EXPERIMENTER) as connection:
            keys = await open_rollouts(connection, after, PAGE_SIZE)
        for key in keys:
            after = key
            try:
                await _advance(database, key)
            except Exception as error:
                fields = {"owner": key[0], "experiment_id": key[1]}
                level = logging.WARNING if isinstance(error, RadiantError) else logging.ERROR
                log.log(level, "rollout decision failed, will be retried", exc_info=True, extra={"fields": fields})
        if len(keys) < PAGE_SIZE:
            break
    await registry.refresh()


async def _advance(database: Database, key: RolloutKey) -> None:
    owner, experiment_id = key
    request = ChangeRequest(owner=owner, actor="rollout worker", reason="rollout")
    async with database.as_role(EXPERIMENTER) as connection:
        decision = await advance(connection, request, experiment_id)
    if decision is not None:
        DECISIONS.labels(decision.action.value).inc()
