"""Queries for nightly runs and their reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.store.access import LEARNER

_SQL = load_queries("neural", "nightly.sql")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def report_of(row: asyncpg.Record) -> dict[str, Any] | None:
    """Returns the report of a run, or None if the run has not succeeded."""
    if row["state"] != "succeeded":
        return None
    fields: dict[str, Any] = json.loads(row["report"])
    return fields


async def read_runs(database: Database, before: tuple[int, str], limit: int) -> Sequence[asyncpg.Record]:
    """Returns runs before a position, newest first. The position is a Unix time in microseconds and a run ID."""
    microseconds, run_id = before
    async with database.as_role(LEARNER) as connection:
        return await _read_runs(connection, _EPOCH + timedelta(microseconds=microseconds), run_id, limit)


async def read_last_run(connection: Connection) -> asyncpg.Record | None:
    """Returns the run that started last, or None before the first run."""
    rows = await _read_runs(connection, _LATEST, str(UUID(int=0)), 1)
    return rows[0] if rows else None


async def _read_runs(
    connection: Connection, started_before: datetime, run_id: str, limit: int
) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await connection.fetch(_SQL["runs_page"], started_before, run_id, limit)
    return rows
