"""The Redis stream of tickets, which wakes workers and distributes work. PostgreSQL holds the state of the jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from kit.channels import LEARNER_WAKE_UP, VOICE_DEAD_JOBS, VOICE_JOBS, VOICE_JOBS_GROUP, voice_requeued_key
from voice.jobs.store import Job, Ticket

ENTRIES_MAX, DEAD_ENTRIES_MAX = 100_000, 10_000
"""Approximate lengths of the streams. The sweeper finds jobs whose entries were trimmed."""
REQUEUE_MS = 5_000
"""Lifetime of the mark of a job until its entry is added. If a sweeper fails in between, another one adds the job."""
CONSUMER_IDLE_MAX = timedelta(hours=1)

REDIS_ERRORS = (RedisError, OSError, TimeoutError)
"""Errors of calls while Redis does not answer."""


class JobStream:
    """Tickets for the consumer group of the workers. All methods may raise REDIS_ERRORS."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        reader: redis.asyncio.Redis,
        consumer: str,
        visibility: timedelta,
        block: timedelta,
    ) -> None:
        """Takes two clients, the second with timeouts longer than `block`, and the consumer name of this process.

        An entry that is not acknowledged within `visibility` is delivered to another consumer. `block` is the longest
        wait of `read`.
        """
        self._client, self._reader, self._consumer = client, reader, consumer
        self._visibility_ms = max(1, int(visibility.total_seconds() * 1000))
        self._block_ms = max(1, int(block.total_seconds() * 1000))

    async def read(self, limit: int) -> list[Ticket]:
        """Returns new entries; waits up to `block` for the first one."""
        try:
            found = await self._read(limit)
        except ResponseError as error:
            if "NOGROUP" not in str(error) and "UNBLOCKED" not in str(error):
                raise
            await self._ensure_group()  # Redis is new or was flushed
            found = await self._read(limit)
        return _tickets(found)

    async def reclaim(self, limit: int) -> list[Ticket]:
        """Returns entries that their consumer has not acknowledged within the visibility timeout."""
        await self._ensure_group()
        found = await self._client.xautoclaim(
            VOICE_JOBS, VOICE_JOBS_GROUP, self._consumer, min_idle_time=self._visibility_ms, start_id="0-0", count=limit
        )
        return _tickets([(VOICE_JOBS, found[1])])

    async def extend(self, ticket: Ticket) -> None:
        """Restarts the visibility timeout of an entry."""
        if ticket.entry:
            await self._client.xclaim(VOICE_JOBS, VOICE_JOBS_GROUP, self._consumer, 0, [ticket.entry], justid=True)

    async def acknowledge(self, ticket: Ticket) -> None:
        """Acknowledges and removes an entry. The sweeper may then add the job again when it becomes due."""
        async with self._client.pipeline(transaction=False) as pipe:
            if ticket.entry:
                pipe.xack(VOICE_JOBS, VOICE_JOBS_GROUP, ticket.entry)
                pipe.xdel(VOICE_JOBS, ticket.entry)
            pipe.delete(_mark(ticket))
            await pipe.execute()

    async def add(self, tickets: Sequence[Ticket]) -> None:
        """Adds entries."""
        await self._add(tickets, is_marked=False)

    async def requeue(self, tickets: Sequence[Ticket]) -> int:
        """Adds entries, except those that were requeued within the visibility timeout. Returns the number added."""
        if not tickets:
            return 0
        async with self._client.pipeline(transaction=False) as pipe:
            for ticket in tickets:
                pipe.set(_mark(ticket), 1, nx=True, px=min(self._visibility_ms, REQUEUE_MS))
            marked = await pipe.execute()
        missing = [ticket for ticket, is_new in zip(tickets, marked, strict=True) if is_new]
        if missing:
            await self._add(missing, is_marked=True)
        return len(missing)

    async def length(self) -> int:
        """Returns the number of entries."""
        return int(await self._client.xlen(VOICE_JOBS))

    async def add_dead_job(self, job: Job, code: str) -> None:
        """Adds a failed job to the stream of dead jobs, for operators."""
        fields = {"tenant": job.tenant_id, "voice_id": job.voice_id, "error_code": code, "attempts": str(job.attempts)}
        await self._client.xadd(
            VOICE_DEAD_JOBS, cast(dict[Any, Any], fields), maxlen=DEAD_ENTRIES_MAX, approximate=True
        )

    async def wake_learner(self) -> None:
        """Notifies learners of new feedback in their queue."""
        await self._client.publish(LEARNER_WAKE_UP, b"")

    async def remove_idle_consumers(self) -> None:
        """Removes consumers without pending entries that have been idle for an hour."""
        await self._ensure_group()
        for each in await self._client.xinfo_consumers(VOICE_JOBS, VOICE_JOBS_GROUP):
            if each["pending"] == 0 and each["idle"] > CONSUMER_IDLE_MAX.total_seconds() * 1000:
                await self._client.xgroup_delconsumer(VOICE_JOBS, VOICE_JOBS_GROUP, each["name"])

    async def _add(self, tickets: Sequence[Ticket], *, is_marked: bool) -> None:
        async with self._client.pipeline(transaction=False) as pipe:
            for ticket in tickets:
                fields = cast(dict[Any, Any], _fields(ticket))
                pipe.xadd(VOICE_JOBS, fields, maxlen=ENTRIES_MAX, approximate=True)
                if is_marked:
                    pipe.set(_mark(ticket), 1, px=self._visibility_ms)
            await pipe.execute()

    async def _read(self, limit: int) -> Any:
        return await self._reader.xreadgroup(
            VOICE_JOBS_GROUP, self._consumer, {VOICE_JOBS: ">"}, count=limit, block=self._block_ms
        )

    async def _ensure_group(self) -> None:
        try:
            await self._client.xgroup_create(VOICE_JOBS, VOICE_JOBS_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _mark(ticket: Ticket) -> str:
    return voice_requeued_key(ticket.tenant_id, ticket.voice_id)


def _fields(ticket: Ticket) -> dict[str, str]:
    return {"tenant": ticket.tenant_id, "voice_id": ticket.voice_id, "created_at": ticket.created_at}


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _tickets(found: Any) -> list[Ticket]:
    """Returns the tickets of entries. A malformed entry becomes an empty ticket, which the worker drops."""
    streams = found.items() if isinstance(found, Mapping) else found or ()
    tickets = []
    for _, entries in streams:
        for entry, raw in entries:
            fields = {_text(name): _text(value) for name, value in (raw or {}).items()}
            tickets.append(
                Ticket(
                    tenant_id=fields.get("tenant", ""),
                    voice_id=fields.get("voice_id", ""),
                    created_at=fields.get("created_at", ""),
                    entry=_text(entry),
                )
            )
    return tickets
