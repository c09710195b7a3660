"""Recordings as work: the row says whose turn it is, whatever queues say."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from kit.ids import new_id
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from voice.domain.ports import Understood

_SQL = load_queries("voice", "jobs.sql")
_BECOME_LISTENER = load_queries("voice", "voice_feedback.sql")["become_listener"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Word of a recording that may be waiting."""

    tenant_id: str
    voice_id: str
    created_at: str
    """When it was submitted, ISO 8601."""
    entry: str = ""
    """Identifier within the stream; empty when the word came from the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recording that is ours to hear until the lease is over."""

    tenant_id: str
    voice_id: str
    lease_id: str
    output_id: str
    user_id: str
    created_at: datetime
    audio_key: str
    attempts: int
    """This one included."""
    cut_short: bool = False
    """Whether the last attempt never came to an end, as when the recording, or one beside it, broke its worker."""


@contextlib.asynccontextmanager
async def as_listener(database: Database) -> AsyncIterator[Connection]:
    """Gives a transaction that sees where work waits for all tenants, and nothing else."""
    async with database.transaction() as connection:
        await connection.execute(_BECOME_LISTENER)
        yield connection


def ticket_of(row: asyncpg.Record) -> Ticket:
    """Returns a row's ticket."""
    return Ticket(tenant_id=row["tenant_id"], voice_id=row["voice_id"], created_at=row["created_at"].isoformat())


class Jobs:
    """Takes and finishes jobs, each step in a short transaction as the job's tenant.

    Every step after the claim holds for the lease that the claim gave, so a job that is delivered twice, or whose
    worker was thought dead, is finished once. Steps return whether the lease still held.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, moment: timedelta, most: int) -> list[Ticket]:
        """Returns what has been due for a moment, oldest first, of all tenants."""
        async with as_listener(self._database) as connection:
            return [ticket_of(row) for row in await connection.fetch(_SQL["due"], moment, most)]

    async def claim(self, ticket: Ticket, lease: timedelta) -> Job | None:
        """Takes a job; None when it is not due, not there, or somebody else's."""
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
            cut_short=row["cut_short"],
        )

    async def renew(self, job: Job, lease: timedelta) -> bool:
        """Keeps the job for another while."""
        return await self._step("renew", job, lease)

    async def complete(self, job: Job, heard: Understood) -> bool:
        """Stores what was heard and, in the same transaction, has it learned."""
        async with self._database.tenant(job.tenant_id) as connection:
            key = (job.tenant_id, job.voice_id, job.lease_id)
            row = await connection.fetchrow(_SQL[_query_of(heard)], *key, *_values_of(heard))
            if row is not None and not heard.no_speech:
                await connection.execute(_SQL["learn"], job.tenant_id, row["output_id"], row["user_id"])
        return row is not None

    async def fail(self, job: Job, code: str, sentence: str) -> bool:
        """Gives the job up."""
        return await self._step("fail", job, code, sentence)

    async def put_back(self, job: Job, code: str, sentence: str, wait: timedelta) -> bool:
        """Lets the job be tried again after a wait."""
        return await self._step("put_back", job, code, sentence, wait)

    async def release(self, job: Job, wait: timedelta) -> bool:
        """Lets the job be tried again after a wait; this attempt does not count."""
        return await self._step("release", job, wait)

    async def _step(self, query: str, job: Job, *values: object) -> bool:
        async with self._database.tenant(job.tenant_id) as connection:
            done = await connection.fetchval(_SQL[query], job.tenant_id, job.voice_id, job.lease_id, *values)
        return bool(done)


def _query_of(heard: Understood) -> str:
    return "complete_silent" if heard.no_speech else "complete"


def _values_of(heard: Understood) -> Sequence[object]:
    if heard.no_speech:
        return heard.model, heard.seconds
    return (
        heard.text,
        heard.language,
        heard.language_probability,
        heard.english,
        heard.confidence,
        heard.doubt,
        heard.model,
        heard.seconds,
        heard.sentiment,
        heard.rating,
        list(heard.categories),
    )
