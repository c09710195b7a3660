"""Retries failed voice feedback: one transaction with its audit entry and its stored answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from voice.jobs.queries import unknown_feedback
from voice.jobs.store import Ticket, ticket_of
from voice.jobs.stream import REDIS_ERRORS, JobStream

_SQL = load_queries("voice", "voice_feedback.sql")

ANSWERS = StoredAnswers("voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequest:
    """A request to retry voice feedback."""

    key: IdempotencyKey
    actor: str
    """Subject of the caller, for the audit log."""
    reason: str
    voice_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryResult:
    """Identifiers of a retry, sorted."""

    retried: Sequence[str]
    unchanged: Sequence[str]
    """Voice feedback that has not failed, or whose recording is deleted."""


class FeedbackRetry:
    """Makes failed voice feedback due again."""

    def __init__(self, database: Database, stream: JobStream | None) -> None:
        """Takes the stream that wakes workers; without one they poll the database."""
        self._database, self._stream = database, stream

    async def retry(self, request: RetryRequest, encode: Callable[[RetryResult], bytes]) -> bytes:
        """Returns the encoded result; a repeated request gets the first answer.

        Raises NotFound, and changes nothing, when the tenant lacks one of the identifiers.
        """
        tickets: list[Ticket] = []

        async def change() -> bytes:
            rows, result = await _retry(connection, request)
            tickets.extend(rows)
            return encode(result)

        async with self._database.tenant(request.key.tenant_id) as connection:
            answer = await ANSWERS.once(connection, request.key, change)
        if tickets and self._stream is not None:
            with contextlib.suppress(*REDIS_ERRORS):  # the sweeper adds them
                await self._stream.add(tickets)
        return answer


async def _retry(connection: Connection, request: RetryRequest) -> tuple[list[Ticket], RetryResult]:
    tenant, voice_ids = request.key.tenant_id, sorted(voice_id.lower() for voice_id in request.voice_ids)
    known = {row["voice_id"] for row in await connection.fetch(_SQL["known_feedback"], tenant, voice_ids)}
    if known != set(voice_ids):
        raise unknown_feedback()
    tickets = [ticket_of(row) for row in await connection.fetch(_SQL["retry_feedback"], tenant, voice_ids)]
    retried = sorted(ticket.voice_id for ticket in tickets)
    unchanged = [voice_id for voice_id in voice_ids if voice_id not in retried]
    entry = AuditEntry(
        tenant_id=tenant,
        actor=request.actor,
        action="voice.retry",
        reason=request.reason,
        detail={"voice_ids": retried, "unchanged": unchanged},
    )
    await append_audit(connection, entry)
    return tickets, RetryResult(retried=retried, unchanged=unchanged)
