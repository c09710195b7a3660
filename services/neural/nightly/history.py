"""Pages of nightly runs and their reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.store.transactions import as_learner

_SQL = load_queries("neural", "nightly.sql")

_LATEST = datetime.max.replace(tzinfo=UTC), UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A page of runs, newest first."""

    rows: Sequence[asyncpg.Record]
    has_more: bool


def report_of(row: asyncpg.Record) -> dict[str, Any] | None:
    """Returns the report of a run, or None if the run has not succeeded."""
    if row["state"] != "succeeded":
        return None
    fields: dict[str, Any] = json.loads(row["report"])
    return fields


async def read_run_page(database: Database, before: tuple[datetime, UUID], size: int) -> RunPage:
    """Returns the runs before a position, given as start time and run ID."""
    async with as_learner(database) as connection:
        rows = await connection.fetch(_SQL["runs_page"], *before, size + 1)
    return RunPage(rows=rows[:size], has_more=len(rows) > size)


async def read_last_run(connection: Connection) -> asyncpg.Record | None:
    """Returns the run that started last, or None before the first run."""
    return await connection.fetchrow(_SQL["runs_page"], *_LATEST, 1)
