"""The steps of a nightly run that are not rooms of their own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from kit.errors import Unavailable
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.domain.prior_strength import Scatter, strength
from neural.rebuild.building import STATEMENT_SECONDS_MAX
from neural.rebuild.versions import as_learner
from neural.trust.rounds import Trusting

_SQL = load_queries("neural", "nightly.sql")
_REBUILD = load_queries("neural", "rebuild.sql")

DRIFT_ERRORS_MIN = 4.0
"""Standard errors between a week and the weeks before that are reported."""
_TRUST_WAIT, _TRUST_TRIES = timedelta(seconds=2), 150

Part = dict[str, Any]
"""A step's part of the report."""


async def judge_raters(trusting: Trusting) -> Part:
    """Judges all raters; waits for a round that is under way. Raises Unavailable when that takes five minutes."""
    for _ in range(_TRUST_TRIES):
        done = await trusting.recompute()
        if done is not None:
            return {"raters_judged": done.raters, "raters_changed": done.changed}
        await asyncio.sleep(_TRUST_WAIT.total_seconds())
    raise Unavailable("Raters are still being judged.", reason="TRUST_ROUND_RUNNING")


async def fit_priors(database: Database, tenants_min: int) -> Part:
    """Fits how strongly levels act on one another; global ones on what `tenants_min` tenants share."""
    async with as_learner(database) as connection:
        begun = await connection.fetchval(_REBUILD["clock"])
        await connection.fetch(_REBUILD["whole_tables"])
        rows = await connection.fetch(_SQL["scatter"], tenants_min, timeout=STATEMENT_SECONDS_MAX)
    fitted = []
    for row in rows:
        values = {name: row[name] for name in Scatter.__slots__}
        found = strength(Scatter(**values))
        if found is not None:
            fitted.append((row["tenant_id"], row["level"], found, row["cells"]))
    async with as_learner(database) as connection:
        for each in fitted:
            await connection.execute(_SQL["keep_strength"], *each)
        await connection.execute(_SQL["forget_strengths"], begun)
    names = ("tenant_id", "level", "strength", "cells")
    return {"priors": [dict(zip(names, each, strict=True)) for each in fitted[:PRIORS_SHOWN_MAX]]}


PRIORS_SHOWN_MAX = 100


async def report_drift(database: Database) -> Part:
    """Tells which models do better or worse than they used to."""
    async with as_learner(database) as connection:
        await _whole(connection)
        rows = await connection.fetch(_SQL["drift"], DRIFT_ERRORS_MIN, timeout=STATEMENT_SECONDS_MAX)
    return {"drifts": [dict(row) for row in rows]}


async def expire(database: Database, decisions_kept: timedelta) -> Part:
    """Deletes what is too old to be of use."""
    async with as_learner(database) as connection:
        await _whole(connection)
        months = await connection.fetchval(_SQL["drop_decisions"], datetime.now(UTC) - decisions_kept)
        await connection.execute(_SQL["purge_requests"], timeout=STATEMENT_SECONDS_MAX)
        await connection.execute(_SQL["purge_recent"], timeout=STATEMENT_SECONDS_MAX)
    return {"decision_months_dropped": months}


async def _whole(connection: Connection) -> None:
    await connection.fetch(_REBUILD["whole_tables"])
