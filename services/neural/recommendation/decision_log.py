"""Decisions with their propensities, written beside the answers and never in their way."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kit.errors import RadiantError
from kit.metrics import Counter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

if TYPE_CHECKING:
    from neural.recommendation.recommender import Decision

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "recommendation.sql")
_FORGETTING = load_queries("neural", "privacy.sql")

PAUSE_S = 0.2
BATCH = 5000
LOST = Counter("radiant_neural_lost_decisions_total", "Decisions that were answered and could not be logged.")


class DecisionLog:
    """A bounded queue before the table of decisions."""

    def __init__(self, database: Database, queue_max: int) -> None:
        self._database, self._queue_max = database, queue_max
        self._queue: deque[Decision] = deque()

    def add(self, decision: Decision) -> None:
        """Notes a decision; drops and counts it when the database cannot keep up."""
        if len(self._queue) >= self._queue_max:
            LOST.inc()
            return
        self._queue.append(decision)

    async def write_forever(self) -> None:
        """Writes what was noted, a few times a second; at the end, what is left."""
        try:
            while True:
                await asyncio.sleep(PAUSE_S)
                for _ in range(0, len(self._queue), BATCH):
                    await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Writes one batch; it waits for the next time when the database does not answer."""
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
        by_tenant: dict[str, list[Decision]] = defaultdict(list)
        for decision in batch:
            by_tenant[decision.tenant_id].append(decision)
        for tenant, decisions in by_tenant.items():
            try:
                await self._write(tenant, decisions)
            except RadiantError:
                log.warning("decisions could not be logged", exc_info=True)
                room = self._queue_max - len(self._queue)
                self._queue.extendleft(reversed(decisions[:room]))
                LOST.inc(max(len(decisions) - room, 0))
                await asyncio.sleep(PAUSE_S)

    async def _write(self, tenant: str, decisions: list[Decision]) -> None:
        rows = [_row(decision) for decision in decisions]
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_FORGETTING["hold_decisions"], tenant)
            await connection.execute(
                _SQL["log_decisions"], tenant, *(list(column) for column in zip(*rows, strict=True))
            )


def _row(decision: Decision) -> tuple[object, ...]:
    chosen, ranking = decision.chosen, decision.prepared.ranking
    assert chosen is not None  # noqa: S101 - only decisions for a model are logged
    return (
        decision.decision_id,
        datetime.fromtimestamp(decision.decided_at, UTC),
        ranking.demand.user_id,
        ranking.demand.task_type,
        ranking.demand.domain_mode,
        chosen.estimate.model,
        chosen.propensity,
        ranking.strategy.value,
        chosen.estimate.scope.value if chosen.estimate.scope else "",
        chosen.estimate.mean,
        chosen.estimate.confidence,
        ranking.version,
        json.dumps(sorted(each.estimate.model for each in ranking.candidates)),
    )
