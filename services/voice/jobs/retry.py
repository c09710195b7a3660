"""Failed feedback heard again: one change, one audit entry, one answer."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.once import Asked, once
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from voice.jobs.queries import unknown
from voice.jobs.store import Ticket
from voice.jobs.stream import REDIS_LOST, JobStream

log = logging.getLogger(__name__)

_SQL = load_queries("voice", "voice_feedback.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What became of each."""

    retried: Sequence[str]
    unchanged: Sequence[str]


class Retrying:
    """Puts failed feedback back to where it began."""

    def __init__(self, database: Database, stream: JobStream | None) -> None:
        self._database, self._stream = database, stream

    async def retry(
        self, asked: Asked, actor: str, reason: str, voice_ids: Sequence[str], answer: Callable[[Retried], bytes]
    ) -> bytes:
        """Lets failed ones wait again and returns the answer; a repeat of the request gets the first answer.

        Raises NotFound, with nothing changed, when any is not the tenant's.
        """
        tickets: list[Ticket] = []

        async def change() -> bytes:
            tenant, names = asked.tenant_id, sorted(name.lower() for name in voice_ids)
            known = {row["voice_id"] for row in await connection.fetch(_SQL["known_feedback"], tenant, names)}
            if known != set(names):
                raise unknown()
            rows = await connection.fetch(_SQL["retry_feedback"], tenant, names)
            for row in rows:
                created_at = row["created_at"].isoformat()
                tickets.append(Ticket(tenant_id=tenant, voice_id=row["voice_id"], created_at=created_at))
            retried = sorted(ticket.voice_id for ticket in tickets)
            unchanged = [name for name in names if name not in retried]
            entry = AuditEntry(
                tenant_id=tenant,
                actor=actor,
                action="voice.retry",
                reason=reason,
                detail={"voice_ids": retried, "unchanged": unchanged},
            )
            await append_audit(connection, entry)
            return answer(Retried(retried=retried, unchanged=unchanged))

        async with self._database.tenant(asked.tenant_id) as connection:
            given = await once(connection, _SQL["stored_answer"], _SQL["store_answer"], asked, change)
        if tickets and self._stream is not None:
            with contextlib.suppress(*REDIS_LOST):  # the sweeper finds them
                await self._stream.add(tickets)
        return given
