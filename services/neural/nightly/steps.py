"""Steps of the nightly run, except the rebuild."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from kit.errors import Unavailable
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.prior_strength import VarianceSums, fit_strength
from neural.store.access import LEARNER
from neural.store.bulk import STATEMENT_TIMEOUT_S, configure_bulk_statements, server_time
from neural.trust.rounds import TrustRounds

_SQL = load_queries("neural", "nightly.sql")

DRIFT_ERRORS_MIN = 4.0
"""Standard errors between the scores of two periods from which drift is reported."""
REPORTED_PRIORS_MAX = 100
_TRUST_RETRY_PAUSE, _TRUST_TRIES_MAX = timedelta(seconds=2), 150

StepReport = dict[str, Any]
"""Fields that a step adds to the report of the run."""


async def update_trust(rounds: TrustRounds) -> StepReport:
    """Recomputes the trust of all raters.

    Raises Unavailable (TRUST_ROUND_RUNNING) if another round runs for more than 5 minutes.
    """
    for _ in range(_TRUST_TRIES_MAX):
        result = await rounds.recompute()
        if result is not None:
            return {"raters_judged": result.raters, "raters_changed": result.changed}
        await asyncio.sleep(_TRUST_RETRY_PAUSE.total_seconds())
    message = "Another trust round has been running for more than 5 minutes. Retry later."
    raise Unavailable(message, reason="TRUST_ROUND_RUNNING")


async def fit_priors(database: Database, tenants_min: int) -> StepReport:
    """Fits the prior strengths. Global strengths use only contexts shared by at least `tenants_min` tenants."""
    async with database.as_role(LEARNER) as connection:
        started_at = await server_time(connection)
        await configure_bulk_statements(connection)
        rows = await connection.fetch(_SQL["variance_sums"], tenants_min, timeout=STATEMENT_TIMEOUT_S)
    fitted = []
    for row in rows:
        sums = VarianceSums(**{name: row[name] for name in VarianceSums.__slots__})
        strength = fit_strength(sums)
        if strength is not None:
            fitted.append((row["tenant_id"], row["level"], strength, row["cells"]))
    async with database.as_role(LEARNER) as connection:
        for each in fitted:
            await connection.execute(_SQL["upsert_strength"], *each)
        await connection.execute(_SQL["delete_old_strengths"], started_at)
    names = ("tenant_id", "level", "strength", "cells")
    return {"priors": [dict(zip(names, each, strict=True)) for each in fitted[:REPORTED_PRIORS_MAX]]}


async def report_drift(database: Database) -> StepReport:
    """Returns the models whose scores of the last week differ from those of the four weeks before."""
    async with database.as_role(LEARNER) as connection:
        await configure_bulk_statements(connection)
        rows = await connection.fetch(_SQL["drift"], DRIFT_ERRORS_MIN, timeout=STATEMENT_TIMEOUT_S)
    return {"drifts": [dict(row) for row in rows]}


async def delete_old_rows(database: Database, decision_retention: timedelta) -> StepReport:
    """Deletes old decisions, stored answers and recent scores."""
    async with database.as_role(LEARNER) as connection:
        await configure_bulk_statements(connection)
        months = await connection.fetchval(_SQL["drop_decisions"], datetime.now(UTC) - decision_retention)
        await connection.execute(_SQL["delete_old_requests"], timeout=STATEMENT_TIMEOUT_S)
        await connection.execute(_SQL["delete_old_scores"], timeout=STATEMENT_TIMEOUT_S)
    return {"decision_months_dropped": months}
