"""Log of decisions with their propensities, written asynchronously."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict, deque
from datetime import UTC, datetime

from kit.errors import RadiantError
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter
from neural.recommendation.decision import Decision

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "recommendation.sql")

WRITE_INTERVAL_S = 0.2
DECISIONS_PER_WRITE = 5000
LOST = Counter("radiant_neural_lost_decisions_total", "Decisions that were returned but not logged.")


class DecisionLog:
    """A queue of limited size in front of the table of decisions."""

    def __init__(self, database: Database, queue_max: int) -> None:
        self._database, self._queue_max = database, queue_max
        self._queue: deque[Decision] = deque()

    def add(self, decision: Decision) -> None:
        """Queues a decision. Drops and counts it if the queue is full."""
        if len(self._queue) >= self._queue_max:
            LOST.inc()
            return
        self._queue.append(decision)

    async def run_forever(self) -> None:
        """Writes queued decisions five times per second, and the rest when it is cancelled."""
        try:
            while True:
                await asyncio.sleep(WRITE_INTERVAL_S)
                for _ in range(0, len(self._queue), DECISIONS_PER_WRITE):
                    await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Writes one batch. Decisions that cannot be written are queued again."""
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), DECISIONS_PER_WRITE))]
        by_tenant: dict[str, list[Decision]] = defaultdict(list)
        for decision in batch:
            by_tenant[decision.tenant_id].append(decision)
        for tenant, decisions in by_tenant.items():
            try:
                await self._insert(tenant, decisions)
            except RadiantError:
                log.warning("decisions not logged, will be retried", exc_info=True)
                free = self._queue_max - len(self._queue)
                self._queue.extendleft(reversed(decisions[:free]))
                LOST.inc(max(len(decisions) - free, 0))
                await asyncio.sleep(WRITE_INTERVAL_S)

    async def _insert(self, tenant: str, decisions: list[Decision]) -> None:
        rows = [_row(decision) for decision in decisions]
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["lock_decisions_shared"], tenant)
            await connection.execute(
                _SQL["insert_decisions"], tenant, *(list(column) for column in zip(*rows, strict=True))
            )


async def ensure_partitions(database: Database) -> None:
    """Creates the partitions of the coming months."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["ensure_partitions"])


def _row(decision: Decision) -> tuple[object, ...]:
    chosen, ranking = decision.chosen, decision.prepared.ranking
    assert chosen is not None  # noqa: S101 - decisions without a candidate are not logged
    return (
        decision.decision_id,
        datetime.fromtimestamp(decision.decided_at, UTC),
        ranking.request.user_id,
        ranking.request.task_type,
        ranking.request.domain_mode,
        chosen.credited_model,
        chosen.propensity,
        ranking.strategy.value,
        chosen.estimate.scope.value if chosen.estimate.scope else "",
        chosen.estimate.mean,
        chosen.estimate.confidence,
        ranking.version,
        json.dumps(sorted({each.credited_model for each in ranking.candidates})),
    )
