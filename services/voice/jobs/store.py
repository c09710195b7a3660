"""Stores the state of jobs in PostgreSQL. A job is the transcription of one recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from kit.ids import new_id
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from voice.domain.transcript import Transcript

_SQL = load_queries("voice", "jobs.sql")

LISTENER = "radiant_listener"
"""Database role that can read the waiting jobs of all tenants, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Reference to a job that may be due."""

    tenant_id: str
    voice_id: str
    created_at: str
    """Time of submission, ISO 8601."""
    entry: str = ""
    """Identifier of the stream entry; empty for a ticket from the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that this worker holds until the lease ends."""

    tenant_id: str
    voice_id: str
    lease_id: str
    output_id: str
    user_id: str
    created_at: datetime
    audio_key: str
    """Key of the recording; empty when it is deleted."""
    attempts: int
    """Number of attempts including this one."""
    was_interrupted: bool = False
    """Whether the last attempt ended without a result, for example because its worker crashed."""


def ticket_of(row: asyncpg.Record) -> Ticket:
    """Returns the ticket of a row."""
    return Ticket(tenant_id=row["tenant_id"], voice_id=row["voice_id"], created_at=row["created_at"].isoformat())


class JobStore:
    """Claims and finishes jobs. Each step is a short transaction as the tenant of the job.

    All steps after the claim require its lease, so a job that is delivered twice, or whose worker was considered
    crashed, is finished once. The steps return whether the lease was still valid.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, overdue: timedelta, limit: int) -> list[Ticket]:
        """Returns jobs of all tenants that have been due for at least that time, oldest first."""
        async with self._database.as_role(LISTENER) as connection:
            return [ticket_of(row) for row in await connection.fetch(_SQL["due"], overdue, limit)]

    async def claim(self, ticket: Ticket, lease: timedelta) -> Job | None:
        """Returns the job with a new lease; None when it is not due, does not exist or another worker holds it."""
        lease_id = new_id()
        async with self._database.tenant(ticket.tenant_id) as connection:
            row = await connection.fetchrow(_SQL["claim"], ticket.tenant_id, ticket.voice_id, lease_id, lease)
        if row is None:
            return None
        return Job(
            tenant_id=ticket.tenant_id,
            voice_id=ticket.voice_id,
            lease_id=lease_id,
            output_id=row["output_id"],
            user_id=row["user_id"],
            created_at=row["created_at"],
            audio_key=row["audio_key"],
            attempts=row["attempts"],
            was_interrupted=row["was_interrupted"],
        )

    async def renew(self, job: Job, lease: timedelta) -> bool:
        """Extends the lease."""
        return await self._step("renew", job, lease)

    async def complete(self, job: Job, transcript: Transcript) -> bool:
        """Stores the transcript and, in the same transaction, queues the feedback for learning."""
        async with self._database.tenant(job.tenant_id) as connection:
            key = (job.tenant_id, job.voice_id, job.lease_id)
            row = await connection.fetchrow(_SQL["complete"], *key, *_values_of(transcript))
            if row is not None and transcript.has_speech:
                await connection.execute(_SQL["queue_for_learning"], job.tenant_id, row["output_id"], row["user_id"])
        return row is not None

    async def fail(self, job: Job, code: str, message: str) -> bool:
        """Marks the job as failed; no worker tries it again."""
        return await self._step("fail", job, code, message)

    async def postpone(self, job: Job, code: str, message: str, wait: timedelta) -> bool:
        """Makes the job due again after a wait, with the error of this attempt."""
        return await self._step("postpone", job, code, message, wait)

    async def release(self, job: Job, wait: timedelta) -> bool:
        """Makes the job due again after a wait. This attempt does not count."""
        return await self._step("release", job, wait)

    async def _step(self, query: str, job: Job, *values: object) -> bool:
        async with self._database.tenant(job.tenant_id) as connection:
            is_done = await connection.fetchval(_SQL[query], job.tenant_id, job.voice_id, job.lease_id, *values)
        return bool(is_done)


def _values_of(transcript: Transcript) -> Sequence[object]:
    """Returns the parameters of the query `complete` after the key; a recording without speech has only NULLs."""
    measured = (transcript.model, transcript.duration_s)
    if not transcript.has_speech:
        return ("no_speech", *measured, *(None,) * 9)
    return (
        "completed",
        *measured,
        transcript.text,
        transcript.language,
        transcript.language_probability,
        transcript.english,
        transcript.confidence,
        transcript.doubt,
        transcript.sentiment,
        transcript.rating,
        list(transcript.categories),
    )
