"""Statistics of a tenant's outputs and their feedback over a time range, for GetTenantFeedbackStats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.queries.outputs import timeout_advice
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "feedback_stats.sql")
_SESSION = load_queries("ingest", "session.sql")

MODELS_MAX = 100

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantStats:
    """Statistics as rows with the field names of the API."""

    total: Row
    days: Sequence[Row]
    """Days with outputs, oldest first."""
    models: Sequence[Row]
    """The 100 models with the most outputs, in descending order."""
    categories: Sequence[Row]
    signals: Sequence[Row]


async def load_tenant_stats(database: Database, tenant: str, start: datetime, end: datetime) -> TenantStats:
    """Returns the statistics of outputs created in [start, end).

    Raises DeadlineExceeded (STATEMENT_TIMEOUT) if the query takes too long.
    """
    async with timeout_advice(), database.tenant(tenant) as connection:
        await connection.execute(_SESSION["plan_for_values"])
        row = await connection.fetchrow(_SQL["tenant_stats"], tenant, start, end, MODELS_MAX)
    assert row is not None  # noqa: S101 - a query without FROM always returns one row
    total, *days = json.loads(row["days"])
    lists = {name: json.loads(row[name]) for name in ("models", "categories", "signals")}
    return TenantStats(total=total, days=days, **lists)
