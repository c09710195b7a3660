"""Steps of the nightly run, except the rebuild."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from kit.errors import Unavailable
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.global_scope.noise import GRID
from neural.domain.model import ANY
from neural.domain.prior_strength import NoisedCell, VarianceSums, fit_strength, joined, noised_sums
from neural.domain.shrinkage import Priors
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
    """Fits the prior strengths.

    Strengths of users use the units of their tenant. Global strengths use the noised contributions in contexts that at
    least `tenants_min` tenants share, because all tenants can infer these strengths from their estimates.
    """
    async with database.as_role(LEARNER) as connection:
        started_at = await server_time(connection)
        await configure_bulk_statements(connection)
        rows = await connection.fetch(_SQL["variance_sums"], timeout=STATEMENT_TIMEOUT_S)
        shared = await connection.fetch(_SQL["global_cells"], tenants_min, timeout=STATEMENT_TIMEOUT_S)
    levels = [
        (row["tenant_id"], row["level"], VarianceSums(**{name: row[name] for name in VarianceSums.__slots__}))
        for row in rows
    ]
    levels += [(ANY, level, sums) for level, sums in _global_sums(shared).items()]
    fitted = [
        (tenant, level, strength, sums.cells)
        for tenant, level, sums in levels
        if (strength := fit_strength(sums)) is not None
    ]
    async with database.as_role(LEARNER) as connection:
        for each in fitted:
            await connection.execute(_SQL["upsert_strength"], *each)
        await connection.execute(_SQL["delete_old_strengths"], started_at)
    names = ("tenant_id", "level", "strength", "cells")
    return {"priors": [dict(zip(names, each, strict=True)) for each in fitted[:REPORTED_PRIORS_MAX]]}


def _global_sums(rows: Sequence[asyncpg.Record]) -> dict[str, VarianceSums]:
    """Returns the variance sums of tenants within contexts, of contexts within tasks, and of tasks within models."""
    if not rows:
        return {}
    tenants = [
        NoisedCell(
            task_type=row["task_type"],
            domain_mode=row["domain_mode"],
            model=row["model"],
            units=row["evidence"] / GRID,
            mean=row["score_sum"] / row["evidence"],
            noised=row["noised"],
        )
        for row in rows
    ]
    scale, information = max(row["noise_scale"] for row in rows), Priors().information
    contexts = joined(tenants, _context)
    tasks = joined(contexts, _task)
    return {
        "tenant": noised_sums(tenants, _context, scale, information),
        "domain": noised_sums(contexts, _task, scale, information),
        "task": noised_sums(tasks, _model, scale, information),
    }


def _context(cell: NoisedCell) -> tuple[str, ...]:
    return cell.task_type, cell.domain_mode, cell.model


def _task(cell: NoisedCell) -> tuple[str, ...]:
    return cell.task_type, cell.model


def _model(cell: NoisedCell) -> tuple[str, ...]:
    return (cell.model,)


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
