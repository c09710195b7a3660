"""Queries on voice feedback: one row, pages, and the depth of the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.errors import NotFound
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from voice.jobs.store import LISTENER

_SQL = load_queries("voice", "voice_feedback.sql")

WAITING_STATUSES = ("pending", "processing")
"""Statuses of jobs without a result."""


def unknown_feedback() -> NotFound:
    """Returns the error of voice feedback that does not exist or belongs to another tenant."""
    return NotFound("The tenant has no voice feedback with this voice_id.", reason="VOICE_UNKNOWN")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFilter:
    """Filter of a listing. An empty value matches all rows."""

    tenant_id: str
    status: str
    output_id: str
    user_id: str

    def listing(self) -> tuple[str, ...]:
        """Returns the texts to which page tokens of this listing are bound."""
        return "voice", self.tenant_id, self.status, self.output_id, self.user_id


class FeedbackQueries:
    """Reads voice feedback of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, tenant: str, voice_id: str) -> asyncpg.Record:
        """Returns a row. Raises NotFound (VOICE_UNKNOWN)."""
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["find_feedback"], tenant, voice_id)
        if row is None:
            raise unknown_feedback()
        return row

    async def page(self, wanted: FeedbackFilter, after: tuple[int, str], limit: int) -> Sequence[asyncpg.Record]:
        """Returns up to `limit` rows after a key (microseconds since 1970, voice_id), newest first.

        Rows of a user include those that earlier versions stored under another spelling of the user id.
        """
        tenant, rows = wanted.tenant_id, list[asyncpg.Record]()
        async with self._database.tenant(tenant) as connection:
            spellings = await connection.fetch(_SQL["user_spellings"], tenant, wanted.user_id) if wanted.user_id else ()
            for user in (wanted.user_id, *(row["user_id"] for row in spellings)):
                values = tenant, wanted.status, wanted.output_id, user, *after, limit
                rows += await connection.fetch(_SQL["list_feedback"], *values)
        return sorted(rows, key=lambda row: (row["created_at"], row["voice_id"]), reverse=True)[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """Number of voice comments by status."""

    counts: Mapping[str, int]
    oldest: datetime | None
    """Time of submission of the oldest one without a result; None when there is none."""
    age: timedelta | None
    """Time since `oldest`."""


class QueueDepths:
    """Measures the depth of the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_tenant(self, tenant: str) -> QueueDepth:
        """Returns the depth of a tenant's queue, and its finished voice comments of the last 30 days."""
        async with self._database.tenant(tenant) as connection:
            return _depth_of(await connection.fetch(_SQL["tenant_depths"], tenant))

    async def of_all_tenants(self) -> QueueDepth:
        """Returns the depth of the queue over all tenants, without finished voice comments."""
        async with self._database.as_role(LISTENER) as connection:
            return _depth_of(await connection.fetch(_SQL["all_depths"]))


def _depth_of(rows: list[asyncpg.Record]) -> QueueDepth:
    oldest = min((row["oldest"] for row in rows if row["status"] in WAITING_STATUSES), default=None)
    return QueueDepth(
        counts={row["status"]: row["count"] for row in rows},
        oldest=oldest,
        age=max(datetime.now(UTC) - oldest, timedelta()) if oldest else None,
    )
