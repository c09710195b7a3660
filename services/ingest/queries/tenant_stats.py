"""A tenant's outputs over a time and the feedback on them: the query behind GetTenantFeedbackStats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.queries.outputs import patient
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "tenant_stats.sql")
_PLAN = load_queries("ingest", "outputs.sql")

MODELS_MAX = 100

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsFound:
    """What was counted; names are those of the API, words those of the database."""

    total: Row
    days: Sequence[Row]
    """Oldest first; those with outputs."""
    models: Sequence[Row]
    """Most outputs first."""
    categories: Sequence[Row]
    signals: Sequence[Row]


class Totals:
    """Counts for one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def over(self, tenant: str, start: datetime, end: datetime) -> TotalsFound:
        """Counts outputs created from start to before end; raises DeadlineExceeded when that takes too long."""
        async with patient(), self._database.tenant(tenant) as connection:
            await connection.execute(_PLAN["plan_by_values"])
            row = await connection.fetchrow(_SQL["tenant_totals"], tenant, start, end, MODELS_MAX)
        assert row is not None  # noqa: S101 - a query without a table always gives a row
        total, *days = json.loads(row["days"])
        rest = {name: json.loads(row[name]) for name in ("models", "categories", "signals")}
        return TotalsFound(total=total, days=days, **rest)
