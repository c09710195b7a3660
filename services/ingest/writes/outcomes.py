"""Stores the outcomes of calls, which arrive before or after the manifests of their outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import asyncpg

from ingest.domain.model import ItemOutcome, OutcomeResult, StatedOutcome, Write, WriteResult
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "writes.sql")


async def store_outcomes(
    connection: Connection, tenant: str, writes: Sequence[Write], results: Sequence[WriteResult]
) -> None:
    """Stores the outcomes of a group of writes and sets their results.

    Outcomes of one output are stored one after the other, so that each is compared with those before it.
    """
    waiting = [(write.outcome, result) for write, result in zip(writes, results, strict=True) if write.outcome]
    while waiting:
        first: dict[str, tuple[StatedOutcome, WriteResult]] = {}
        for stated, result in waiting:
            first.setdefault(stated.output_id, (stated, result))
        await _store_distinct(connection, tenant, list(first.values()))
        waiting = [each for each in waiting if each[1].outcome is None]


async def _store_distinct(
    connection: Connection, tenant: str, items: Sequence[tuple[StatedOutcome, WriteResult]]
) -> None:
    rows = [{"output_id": stated.output_id, **stated.values} for stated, _ in items]
    changed = {row["output_id"] for row in await connection.fetch(_SQL["store_outcomes"], tenant, json.dumps(rows))}
    names = [stated.output_id for stated, _ in items]
    known = {row["output_id"]: row for row in await connection.fetch(_SQL["known_outcomes"], tenant, names)}
    for stated, result in items:
        row = known[stated.output_id]
        contradicted = _contradicted(row, stated.values)
        outcome = ItemOutcome.REJECTED if contradicted else ItemOutcome.DUPLICATE
        result.outcome = OutcomeResult(
            outcome=ItemOutcome.ACCEPTED if stated.output_id in changed else outcome,
            contradicted=contradicted,
            superseded=_superseded(row, stated.values),
            is_manifest_known=row["is_manifest_known"],
        )


def _contradicted(row: asyncpg.Record, values: Mapping[str, object]) -> list[str]:
    """Returns the columns whose stored value differs from a stated one."""
    return [name for name, value in values.items() if None not in (value, row[name]) and row[name] != value]


def _superseded(row: asyncpg.Record, values: Mapping[str, object]) -> list[str]:
    """Returns the columns of which the manifest states a different value."""
    stated = {name: row.get(f"manifest_{name}") for name in values}
    return [name for name, value in values.items() if None not in (value, stated[name]) and stated[name] != value]
