"""Runs of the night and what they reported, page by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "nightly.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A page of runs, newest first."""

    rows: Sequence[asyncpg.Record]
    more: bool

    @staticmethod
    def report(row: asyncpg.Record) -> dict[str, Any] | None:
        """Returns what a run reported; None until it has succeeded."""
        if row["state"] != "succeeded":
            return None
        fields: dict[str, Any] = json.loads(row["report"])
        return fields


async def run_page(database: Database, before: tuple[datetime, UUID], size: int) -> RunPage:
    """Reads the runs that began before a place."""
    async with as_learner(database) as connection:
        rows = await connection.fetch(_SQL["runs_page"], *before, size + 1)
    return RunPage(rows=rows[:size], more=len(rows) > size)
