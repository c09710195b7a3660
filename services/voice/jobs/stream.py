"""The stream of tickets in Redis: it wakes workers and spreads work over them; it is never the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from kit.redis.keys import tenant_key
from voice.jobs.store import Job, Ticket

JOBS, DEAD, GROUP = "radiant:voice:jobs", "radiant:voice:dead", "listeners"
LEARN_CHANNEL = "radiant:learn"
JOBS_MAX, DEAD_MAX = 100_000, 10_000
"""Entries kept, roughly; jobs beyond are found by the sweeper."""
ADDING_MS = 5_000
"""How long a sweeper that dies between marking and adding keeps others from adding."""
CONSUMER_IDLE_MAX = timedelta(hours=1)

REDIS_LOST = (RedisError, OSError, TimeoutError)
"""What a call may raise when Redis is away."""


class JobStream:
    """Tickets for a group of workers. Every method may raise one of REDIS_LOST."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        reader: redis.asyncio.Redis,
        consumer: str,
        visibility: timedelta,
        block: timedelta,
    ) -> None:
        """Takes a client, another one whose time-outs are longer than `block`, and this process's name in the group.

        An entry that was delivered and not acknowledged for `visibility` is given to another.
        """
        self._client, self._reader, self._consumer = client, reader, consumer
        self._visibility_ms = max(1, int(visibility.total_seconds() * 1000))
        self._block_ms = max(1, int(block.total_seconds() * 1000))

    async def take(self, most: int) -> list[Ticket]:
        """Returns new entries, waiting for the first a little while."""
        try:
            found = await self._read(most)
        except ResponseError as error:
            if "NOGROUP" not in str(error) and "UNBLOCKED" not in str(error):
                raise
            await self._ensure_group()  # a fresh or emptied server
            found = await self._read(most)
        return _tickets(found)

    async def reclaim(self, most: int) -> list[Ticket]:
        """Returns entries whose worker has not acknowledged them for too long."""
        await self._ensure_group()
        found = await self._client.xautoclaim(
            JOBS, GROUP, self._consumer, min_idle_time=self._visibility_ms, start_id="0-0", count=most
        )
        return _tickets([(JOBS, found[1])])

    async def hold(self, ticket: Ticket) -> None:
        """Says that the entry is still being worked on."""
        if ticket.entry:
            await self._client.xclaim(JOBS, GROUP, self._consumer, 0, [ticket.entry], justid=True)

    async def done(self, ticket: Ticket) -> None:
        """Acknowledges and removes an entry; the sweeper may add the job again should it be due again."""
        async with self._client.pipeline(transaction=False) as pipe:
            if ticket.entry:
                pipe.xack(JOBS, GROUP, ticket.entry)
                pipe.xdel(JOBS, ticket.entry)
            pipe.delete(_mark(ticket))
            await pipe.execute()

    async def add(self, tickets: Sequence[Ticket]) -> None:
        """Adds entries."""
        await self._add(tickets, marked=False)

    async def _add(self, tickets: Sequence[Ticket], *, marked: bool) -> None:
        async with self._client.pipeline(transaction=False) as pipe:
            for ticket in tickets:
                pipe.xadd(JOBS, cast(dict[Any, Any], _fields(ticket)), maxlen=JOBS_MAX, approximate=True)
                if marked:
                    pipe.set(_mark(ticket), 1, px=self._visibility_ms)
            await pipe.execute()

    async def add_lost(self, tickets: Sequence[Ticket]) -> int:
        """Adds entries except those that were added this way within the visibility time-out; returns how many."""
        if not tickets:
            return 0
        async with self._client.pipeline(transaction=False) as pipe:
            for ticket in tickets:
                pipe.set(_mark(ticket), 1, nx=True, px=min(self._visibility_ms, ADDING_MS))
            fresh = await pipe.execute()
        lost = [ticket for ticket, new in zip(tickets, fresh, strict=True) if new]
        if lost:
            await self._add(lost, marked=True)
        return len(lost)

    async def backlog(self) -> int:
        """Returns how many entries there are."""
        return int(await self._client.xlen(JOBS))

    async def bury(self, job: Job, code: str) -> None:
        """Notes a job that was given up, for operators to look at."""
        fields = {"tenant": job.tenant_id, "voice_id": job.voice_id, "error_code": code, "attempts": str(job.attempts)}
        await self._client.xadd(DEAD, cast(dict[Any, Any], fields), maxlen=DEAD_MAX, approximate=True)

    async def wake_learner(self) -> None:
        """Says that there is something to learn."""
        await self._client.publish(LEARN_CHANNEL, b"")

    async def tidy(self) -> None:
        """Removes consumers whose processes are gone and who left nothing behind."""
        await self._ensure_group()
        for each in await self._client.xinfo_consumers(JOBS, GROUP):
            if each["pending"] == 0 and each["idle"] > CONSUMER_IDLE_MAX.total_seconds() * 1000:
                await self._client.xgroup_delconsumer(JOBS, GROUP, each["name"])

    async def _read(self, most: int) -> Any:
        return await self._reader.xreadgroup(GROUP, self._consumer, {JOBS: ">"}, count=most, block=self._block_ms)

    async def _ensure_group(self) -> None:
        try:
            await self._client.xgroup_create(JOBS, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _mark(ticket: Ticket) -> str:
    """Returns the key that says that the sweeper has added a job."""
    return tenant_key(ticket.tenant_id, "voice", "swept", ticket.voice_id)


def _fields(ticket: Ticket) -> dict[str, str]:
    return {"tenant": ticket.tenant_id, "voice_id": ticket.voice_id, "created_at": ticket.created_at}


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _tickets(found: Any) -> list[Ticket]:
    """Reads entries; one that is no ticket becomes one of nobody's, which whoever gets it acknowledges."""
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
