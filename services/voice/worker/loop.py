"""The worker: takes as many jobs as it has room for, from the stream or, without one, from the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from kit.errors import RadiantError
from voice.jobs.store import Jobs, Ticket
from voice.jobs.stream import REDIS_LOST, JobStream
from voice.settings import QueueRules
from voice.worker.job_runner import Attempts

log = logging.getLogger(__name__)

POLL_S = 0.5
"""Between looks into the database while there is no stream and no work."""
TROUBLE_WAIT_S = 1.0
REST_S = 1.0
"""Beyond a look into the stream: how long the last entries may take to be given back."""


class Worker:
    """Works on the queue until it is drained."""

    def __init__(self, jobs: Jobs, attempts: Attempts, stream: JobStream | None, rules: QueueRules) -> None:
        self._jobs, self._attempts, self._stream, self._rules = jobs, attempts, stream, rules
        self._running = set[asyncio.Task[None]]()
        self._room = asyncio.Event()
        self._room.set()
        self._draining, self._rested = False, asyncio.Event()
        self._reclaim_at = self._quiet_until = 0.0

    async def run_forever(self) -> None:
        """Takes jobs and attends to them side by side."""
        while True:
            await self._room.wait()
            if self._draining:
                self._rested.set()
                await asyncio.Event().wait()  # until it is cancelled
            tickets = await self._taken(self._rules.concurrency - len(self._running))
            if self._draining:
                await self._give_back(tickets)
                continue
            for ticket in tickets:
                self._begin(ticket)
            await self._quiet()

    async def drain(self, grace: timedelta) -> None:
        """Takes no new job, lets running ones end within the grace, and gives the rest back. Idempotent."""
        self._draining = True
        self._room.set()
        if self._running:
            await asyncio.wait(self._running, timeout=grace.total_seconds())
        left = set(self._running)
        for task in left:
            task.cancel()
        if left:
            log.info("jobs are given back", extra={"fields": {"jobs": len(left)}})
            await asyncio.wait(left)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._rules.block.total_seconds() + REST_S):
                await self._rested.wait()

    def _begin(self, ticket: Ticket) -> None:
        task = asyncio.create_task(self._attend(ticket))
        self._running.add(task)
        task.add_done_callback(self._ended)
        if len(self._running) >= self._rules.concurrency:
            self._room.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._room.set()

    async def _attend(self, ticket: Ticket) -> None:
        try:
            await self._attempts.attend(ticket)
        except RadiantError as problem:
            log.warning("a job was left to whoever comes next: %s", problem)
            self._quiet_until = asyncio.get_running_loop().time() + TROUBLE_WAIT_S
        except Exception:
            log.exception("an attempt failed", extra={"fields": {"voice_id": ticket.voice_id}})
            self._quiet_until = asyncio.get_running_loop().time() + TROUBLE_WAIT_S

    async def _quiet(self) -> None:
        """Waits while the database is in trouble, so that entries are not taken in vain."""
        wait = self._quiet_until - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _taken(self, most: int) -> list[Ticket]:
        if self._stream is not None:
            try:
                return await self._reclaimed(self._stream, most) or await self._stream.take(most)
            except REDIS_LOST as problem:
                log.warning("the stream does not answer; looking for work in the database: %s", problem)
        tickets = await self._jobs.due(timedelta(), most)
        if not tickets:
            await asyncio.sleep(POLL_S)
        return tickets

    async def _reclaimed(self, stream: JobStream, most: int) -> list[Ticket]:
        """Looks, a few times within the visibility time-out, for entries that others have left."""
        now = asyncio.get_running_loop().time()
        if now < self._reclaim_at:
            return []
        found = await stream.reclaim(most)
        if len(found) < most:
            self._reclaim_at = now + self._rules.lease.total_seconds() / 4
        return found

    async def _give_back(self, tickets: list[Ticket]) -> None:
        if self._stream is None or not tickets:
            return
        try:
            await self._stream.add(tickets)
            for ticket in tickets:
                await self._stream.done(ticket)
        except REDIS_LOST:
            log.info("entries are left to the sweeper", extra={"fields": {"entries": len(tickets)}})
