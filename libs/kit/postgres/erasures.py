"""Parts of erasures: what a service has to do when a user is forgotten. Every part is safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

RECORDINGS, LEARNING, DECISIONS, EXPERIMENTS = PARTS = ("recordings", "learning", "decisions", "experiments")
LOOK_EVERY = timedelta(seconds=1)
"""Between looks for erasures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A user who is being forgotten."""

    tenant_id: str
    erasure_id: str
    user_id: str
    asked_at: datetime
    """What comes later is a new user's."""
    queued_until: int
    """The last of the learner's work that takes the user away."""


async def pending(connection: Connection, part: str) -> list[Erasure]:
    """Returns erasures that wait for a part of this service, of all tenants, oldest first, at most 100."""
    rows = await connection.fetch(_SQL["erasures_pending"], part)
    return [Erasure(**row) for row in rows]


async def done(connection: Connection, erasure: Erasure, part: str) -> None:
    """Notes that a part is done; after the last one the erasure no longer names the user."""
    await connection.execute(_SQL["erasure_done"], erasure.tenant_id, erasure.erasure_id, part)
