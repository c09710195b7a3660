"""The loop of a worker: reads tickets from the stream, or polls the database, and runs their jobs concurrently."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from kit.errors import RadiantError
from voice.jobs.store import JobStore, Ticket
from voice.jobs.stream import REDIS_ERRORS, JobStream
from voice.settings import QueueSettings
from voice.worker.job_runner import JobRunner

log = logging.getLogger(__name__)

POLL_S = 0.5
"""Time between polls of the database while there is no stream and no work."""
FAILURE_WAIT_S = 1.0
"""Time without new jobs after a failure, so that tickets are not used up during an outage of the database."""
RETURN_S = 1.0
"""Time to return the last tickets to the stream, in addition to a read of the stream."""


class Worker:
    """Runs jobs until it is drained."""

    def __init__(self, jobs: JobStore, runner: JobRunner, stream: JobStream | None, settings: QueueSettings) -> None:
        self._jobs, self._runner, self._stream, self._settings = jobs, runner, stream, settings
        self._running = set[asyncio.Task[None]]()
        self._has_capacity = asyncio.Event()
        self._has_capacity.set()
        self._is_draining, self._has_stopped = False, asyncio.Event()
        self._reclaim_at = self._paused_until = 0.0

    async def run_forever(self) -> None:
        """Starts jobs up to the concurrency limit until it is cancelled."""
        while True:
            await self._has_capacity.wait()
            if self._is_draining:
                self._has_stopped.set()
                await asyncio.Event().wait()  # until it is cancelled
            tickets = await self._next_tickets(self._settings.concurrency - len(self._running))
            if self._is_draining:
                await self._return(tickets)
                continue
            for ticket in tickets:
                self._start(ticket)
            await self._pause()

    async def drain(self, grace: timedelta) -> None:
        """Starts no new job, waits up to `grace` for running ones and releases the rest. Idempotent."""
        self._is_draining = True
        self._has_capacity.set()
        if self._running:
            await asyncio.wait(self._running, timeout=grace.total_seconds())
        unfinished = set(self._running)
        for task in unfinished:
            task.cancel()
        if unfinished:
            log.info("grace period is over, jobs released", extra={"fields": {"jobs": len(unfinished)}})
            await asyncio.wait(unfinished)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stream_block.total_seconds() + RETURN_S):
                await self._has_stopped.wait()

    def _start(self, ticket: Ticket) -> None:
        task = asyncio.create_task(self._run(ticket))
        self._running.add(task)
        task.add_done_callback(self._finished)
        if len(self._running) >= self._settings.concurrency:
            self._has_capacity.clear()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._has_capacity.set()

    async def _run(self, ticket: Ticket) -> None:
        try:
            await self._runner.run(ticket)
        except Exception as error:
            fields = {"voice_id": ticket.voice_id, "error": str(error)}
            trace = None if isinstance(error, RadiantError) else error
            log.warning("job failed, left for redelivery", exc_info=trace, extra={"fields": fields})
            self._paused_until = asyncio.get_running_loop().time() + FAILURE_WAIT_S

    async def _pause(self) -> None:
        wait = self._paused_until - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _next_tickets(self, limit: int) -> list[Ticket]:
        if self._stream is not None:
            try:
                return await self._reclaimed(self._stream, limit) or await self._stream.read(limit)
            except REDIS_ERRORS as error:
                log.warning("Redis does not answer, polling the database", extra={"fields": {"error": str(error)}})
        tickets = await self._jobs.due(timedelta(), limit)
        if not tickets:
            await asyncio.sleep(POLL_S)
        return tickets

    async def _reclaimed(self, stream: JobStream, limit: int) -> list[Ticket]:
        """Returns tickets of other consumers. Checks them four times per visibility timeout."""
        now = asyncio.get_running_loop().time()
        if now < self._reclaim_at:
            return []
        tickets = await stream.reclaim(limit)
        if len(tickets) < limit:
            self._reclaim_at = now + self._settings.lease.total_seconds() / 4
        return tickets

    async def _return(self, tickets: list[Ticket]) -> None:
        if self._stream is None or not tickets:
            return
        try:
            await self._stream.add(tickets)
            for ticket in tickets:
                await self._stream.acknowledge(ticket)
        except REDIS_ERRORS:
            log.info("Redis does not answer, tickets left to the sweeper", extra={"fields": {"tickets": len(tickets)}})
