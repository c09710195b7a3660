"""The worker that moves rollouts: looks at every open one each round, however many replicas there are."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from experiments.assignment.running import Registry
from experiments.rollout import store
from experiments.store.idempotency import Request, as_experimenter
from kit.errors import RadiantError
from kit.metrics import Counter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("experiments", "rollout.sql")

PAGE = 100
FIRST_ID = "00000000-0000-0000-0000-000000000000"
DECIDED = Counter("radiant_experiments_rollout_decisions_total", "Decisions of rollouts, by action.", ["action"])


class RolloutWorker:
    """Decides what is due. A rollout is locked while it is decided, so that no step is taken twice."""

    def __init__(self, database: Database, registry: Registry, every: timedelta) -> None:
        self._database, self._registry, self._every = database, registry, every

    async def run_forever(self) -> None:
        """Looks at all open rollouts, round after round."""
        while True:
            await self.round()
            await asyncio.sleep(self._every.total_seconds())

    async def round(self) -> None:
        """Looks at every open rollout once; one that fails does not keep the others."""
        place = ("", FIRST_ID)
        while True:
            async with as_experimenter(self._database) as connection:
                rows = await connection.fetch(_SQL["open_rollouts"], *place, PAGE)
            for row in rows:
                place = (row["tenant_id"], row["experiment_id"])
                try:
                    await self._look(*place)
                except RadiantError:
                    log.warning("a rollout could not be decided", exc_info=True, extra={"fields": {"rollout": place}})
                except Exception:
                    log.exception("a rollout cannot be decided", extra={"fields": {"rollout": place}})
            if len(rows) < PAGE:
                break
        await self._registry.look()

    async def _look(self, owner: str, experiment_id: str) -> None:
        request = Request(
            owner=owner, actor="rollout worker", request_id=FIRST_ID, method="", fingerprint=b"", reason="rollout"
        )
        async with as_experimenter(self._database) as connection:
            decision = await store.look(connection, request, experiment_id)
        if decision is not None:
            DECIDED.labels(decision.action.value).inc()
