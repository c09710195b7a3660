"""Queries for the outcomes of calls by model, for ListModelScores and ExplainRecommendation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.reliability import CallCounts
from neural.reliability.error_rates import call_counts

_SQL = load_queries("neural", "queries.sql")

ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCalls:
    """Calls of a model, of one task or of one provider of it."""

    model: str
    task_type: str
    """Empty for all tasks."""
    provider: str
    """Empty for all providers."""
    counts: CallCounts


class Reliability:
    """Reads the calls of a tenant within the window of the error rates."""

    def __init__(self, database: Database, window: timedelta) -> None:
        self._database, self._window = database, window

    async def read(self, tenant: str, *, model: str = "", task_type: str = "") -> Sequence[ModelCalls]:
        """Returns calls by model, by model and task, and by model and provider; at most ROWS_MAX rows.

        An empty model or task selects all.
        """
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["model_calls"], tenant, self._window, model, task_type, ROWS_MAX)
        return [
            ModelCalls(
                model=row["model"],
                task_type=row["task_type"],
                provider=row["provider"],
                counts=call_counts(row),
            )
            for row in rows
        ]
