"""Facts of units: their manifest, valid feedback, rater trust and quality epochs."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries
from neural.domain.model import UnitFacts, UnitKey
from neural.domain.trust.rater_trust import TRUST_NEUTRAL

_SQL = load_queries("neural", "learning.sql")

ShiftTimes = Mapping[tuple[str, str, str, str], Sequence[datetime]]
"""Times of quality shifts, oldest first, by (tenant, task, domain, model)."""


def key_columns(units: Iterable[UnitKey]) -> tuple[list[str], list[str], list[str]]:
    """Returns the columns of unit keys: tenants, outputs and users."""
    rows = list(units)
    return [each.tenant_id for each in rows], [each.output_id for each in rows], [each.user_id for each in rows]


async def read_facts(connection: Connection, units: Iterable[UnitKey]) -> list[UnitFacts]:
    """Returns the facts of units. Units without a manifest are left out."""
    keys = list(units)
    shifts = await _read_shifts(connection, {each.tenant_id for each in keys})
    return [
        _facts(row, shifts) for row in await connection.fetch(_SQL["unit_facts"], *key_columns(keys), TRUST_NEUTRAL)
    ]


async def _read_shifts(connection: Connection, tenants: Iterable[str]) -> ShiftTimes:
    times: dict[tuple[str, str, str, str], list[datetime]] = defaultdict(list)
    for row in await connection.fetch(_SQL["shifts"], sorted(tenants)):
        times[row["tenant_id"], row["task_type"], row["domain_mode"], row["model"]].append(row["shifted_at"])
    return times


def _facts(row: asyncpg.Record, shifts: ShiftTimes) -> UnitFacts:
    context = row["tenant_id"], row["task_type"], row["domain_mode"]
    epochs: tuple[int, ...] = ()
    if shifts:
        epochs = tuple(
            bisect_right(shifts.get((*context, model), ()), row["created_at"]) for model in row["models_used"]
        )
    return UnitFacts(
        key=UnitKey(row["tenant_id"], row["output_id"], row["user_id"]),
        created_at=row["created_at"],
        task_type=row["task_type"],
        domain_mode=row["domain_mode"],
        models=tuple(row["models_used"]),
        model_versions=tuple(row["model_versions"]),
        orchestration_id=row["orchestration_id"],
        services_used=tuple(row["services_used"]),
        rating=row["rating"],
        categories=tuple(row["categories"] or ()),
        sentiments=tuple(row["sentiments"] or ()),
        voice=row["voice"],
        trust=row["trust"],
        is_established=row["established"],
        epochs=epochs,
    )
