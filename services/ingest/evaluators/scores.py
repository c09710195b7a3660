"""Scores of evaluations that are no votes: stored once each, and bounded per tenant."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter

_SQL = load_queries("ingest", "evaluators.sql")
_WRITES = load_queries("ingest", "writes.sql")

COUNT_INTERVAL = timedelta(seconds=30)
"""Time between two counts of the stored scores of a tenant. Several processes may exceed the limit for this time."""
LEFT_OUT = Counter(
    "radiant_ingest_evaluation_scores_left_out_total",
    "Evaluation scores that were not stored, because their tenant has too many.",
)


@dataclass(frozen=True, slots=True)
class EvaluationScore:
    """A score of an output."""

    output_id: str
    """Name of the output in the request, or its digest."""
    score_id: bytes
    """Digest of the score as it was sent, so that a repeat has the same."""
    user_id: str
    """Empty if the evaluation states none."""
    name: str
    score: float
    observed_us: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """Numbers of scores of a request."""

    stored: int
    left_out: int
    """Scores over the limit of the tenant."""


@dataclass(slots=True)
class _Usage:
    counted_at: float = -math.inf
    """Monotonic time of the last count."""
    scores: int = 0
    """Stored scores, and those that are being stored by this process."""


class EvaluationScores:
    """Stores scores in PostgreSQL."""

    def __init__(self, database: Database, scores_max: int) -> None:
        """`scores_max` is the largest number of scores of a tenant; 0 for no limit."""
        self._database, self._scores_max = database, scores_max
        self._usage: dict[str, _Usage] = {}

    async def record(self, tenant: str, scores: Sequence[EvaluationScore]) -> ScoreCounts:
        """Stores distinct scores in one transaction; returns how many are new and how many exceed the limit."""
        if not self._scores_max:
            return await self._store(tenant, scores, len(scores))
        usage = await self._counted(tenant)
        room = min(len(scores), max(0, self._scores_max - usage.scores))
        usage.scores += room
        stored = 0
        try:
            counts = await self._store(tenant, scores, room)
            stored = counts.stored
        finally:
            usage.scores -= room - stored
        LEFT_OUT.inc(counts.left_out)
        return counts

    async def _store(self, tenant: str, scores: Sequence[EvaluationScore], room: int) -> ScoreCounts:
        """Stores at most `room` scores. A score does not name the user of its output, so that it locks out erasures."""
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_WRITES["begin_writes"], tenant, [""])
            row = await connection.fetchrow(
                _SQL["record_scores"],
                tenant,
                [each.output_id for each in scores],
                [each.score_id for each in scores],
                [each.user_id for each in scores],
                [each.name for each in scores],
                [each.score for each in scores],
                [each.observed_us for each in scores],
                room,
            )
        assert row is not None  # noqa: S101 - the query always returns one row
        return ScoreCounts(row["stored"], row["left_out"])

    async def _counted(self, tenant: str) -> _Usage:
        usage = self._usage.get(tenant)
        now = time.monotonic()
        if usage is None or now - usage.counted_at >= COUNT_INTERVAL.total_seconds():
            async with self._database.tenant(tenant) as connection:
                count = await connection.fetchval(_SQL["count_scores"], tenant, self._scores_max)
            usage = self._usage[tenant] = _Usage(now, count)
        return usage
