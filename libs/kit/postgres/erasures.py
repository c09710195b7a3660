"""Erasure of users: each service erases its own part. A part is idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

RECORDINGS, LEARNING, DECISIONS, EXPERIMENTS = PARTS = ("recordings", "learning", "decisions", "experiments")
POLL_INTERVAL = timedelta(seconds=1)
"""Interval between polls for erasures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A user whose data is being erased."""

    tenant_id: str
    erasure_id: str
    user_id: str
    asked_at: datetime
    """Time of the request; later data belongs to a new user."""
    queued_until: int
    """Number of the last queue row that removes the user from the scores."""


async def pending_erasures(connection: Connection, part: str) -> list[Erasure]:
    """Returns at most 100 erasures of all tenants that wait for this service's part, oldest first."""
    rows = await connection.fetch(_SQL["erasures_pending"], part)
    return [Erasure(**row) for row in rows]


async def complete_part(connection: Connection, erasure: Erasure, part: str) -> None:
    """Marks a part as done. After the last part the erasure no longer contains the user id."""
    await connection.execute(_SQL["erasure_done"], erasure.tenant_id, erasure.erasure_id, part)
