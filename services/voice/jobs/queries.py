"""Spoken feedback as it is read: one, pages, and how much waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.errors import NotFound
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from voice.jobs.store import as_listener

_SQL = load_queries("voice", "voice_feedback.sql")

LATEST_US = 2**53
"""A time in microseconds after all feedback, in the year 2255: the place before the first page."""
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
WAITING = ("pending", "processing")


def unknown() -> NotFound:
    """Makes the error of feedback that is not there, or not the tenant's."""
    return NotFound("There is no such spoken feedback.", reason="VOICE_UNKNOWN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which feedback; empty values let everything pass."""

    tenant_id: str
    status: str
    output_id: str
    user_id: str

    def words(self) -> tuple[str, ...]:
        """Returns what a page token is bound to."""
        return "voice", self.tenant_id, self.status, self.output_id, self.user_id


class Feedback:
    """Reads as one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, voice_id: str) -> asyncpg.Record:
        """Returns a row; raises NotFound."""
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["find_feedback"], tenant, voice_id)
        if row is None:
            raise unknown()
        return row

    async def page(self, wanted: Filter, place: tuple[int, str], size: int) -> tuple[list[asyncpg.Record], bool]:
        """Returns rows after a place, newest first, and whether there are more."""
        values = (wanted.tenant_id, wanted.status, wanted.output_id, wanted.user_id, *place, size + 1)
        async with self._database.tenant(wanted.tenant_id) as connection:
            rows = await connection.fetch(_SQL["list_feedback"], *values)
        return rows[:size], len(rows) > size


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much there is."""

    counts: Mapping[str, int]
    """By status."""
    oldest: datetime | None
    """When the oldest that is not yet done was submitted."""
    age: timedelta | None


class Depths:
    """Counts feedback by status."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant: str) -> Depth:
        """Counts a tenant's: what waits, and what was done of the last 30 days."""
        async with self._database.tenant(tenant) as connection:
            return _depth(await connection.fetch(_SQL["tenant_depths"], tenant))

    async def of_all(self) -> Depth:
        """Counts what waits for all tenants."""
        async with as_listener(self._database) as connection:
            return _depth(await connection.fetch(_SQL["all_depths"]))


def _depth(rows: list[asyncpg.Record]) -> Depth:
    oldest = min((row["oldest"] for row in rows if row["status"] in WAITING), default=None)
    return Depth(
        counts={row["status"]: row["count"] for row in rows},
        oldest=oldest,
        age=max(datetime.now(UTC) - oldest, timedelta()) if oldest else None,
    )
