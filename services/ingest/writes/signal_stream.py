"""Streams of batches: several in flight, each acknowledged after its commit, a bad one refused by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta

from kit.errors import DeadlineExceeded, Exhausted, Invalid, RadiantError, Unavailable
from radiant.ingest.v1 import ingest_service_pb2

Batch = ingest_service_pb2.StreamSignalsRequest
Ack = ingest_service_pb2.StreamSignalsResponse


def refusal(batch_id: str, error: RadiantError) -> Ack:
    """Says why nothing of a batch was stored."""
    later = isinstance(error, Exhausted | Unavailable)
    wait = error.retry_after if isinstance(error, Exhausted | Unavailable) else timedelta()
    found = ingest_service_pb2.BatchRefusal(
        reason=error.reason, message=str(error)[:2000], retryable=later, retry_after_ms=int(wait.total_seconds() * 1000)
    )
    if isinstance(error, Invalid):
        for each in error.violations[:100]:
            found.problems.add(field=each.field, description=each.why)
    return Ack(batch_id=batch_id, refusal=found)


async def acknowledged(
    batches: AsyncIterator[Batch], store: Callable[[Batch], Awaitable[Ack]], in_flight_max: int, idle: timedelta
) -> AsyncIterator[Ack]:
    """Yields the ack of every batch, in the order of their commits.

    No batch is read while `in_flight_max` are unacknowledged, so that a slow database slows the sender down. A
    RadiantError refuses its batch; any other failure ends the stream, and so does a sender that says nothing for so
    long while nothing of it is under way: DeadlineExceeded (STREAM_IDLE).
    """
    acks: asyncio.Queue[Ack | BaseException | None] = asyncio.Queue()
    free = asyncio.Semaphore(in_flight_max)
    running: set[asyncio.Task[None]] = set()

    async def one(batch: Batch) -> None:
        try:
            acks.put_nowait(await store(batch))
        except RadiantError as error:
            acks.put_nowait(refusal(batch.batch_id, error))
        except Exception as error:
            acks.put_nowait(error)

    async def read() -> None:
        try:
            async for batch in _lively(batches, running, idle.total_seconds()):
                await free.acquire()
                task = asyncio.create_task(one(batch))
                running.add(task)
                task.add_done_callback(running.discard)
            if running:
                await asyncio.wait(running)
            acks.put_nowait(None)
        except Exception as error:
            acks.put_nowait(error)

    reader = asyncio.create_task(read())
    try:
        while (ack := await acks.get()) is not None:
            if isinstance(ack, BaseException):
                raise ack
            yield ack
            free.release()
    finally:
        for task in (reader, *running):
            task.cancel()
        await asyncio.gather(reader, *running, return_exceptions=True)


async def _lively(
    batches: AsyncIterator[Batch], running: Collection[object], idle_s: float
) -> AsyncGenerator[Batch, None]:
    """Yields batches; raises DeadlineExceeded when none comes in time although nothing is running."""
    while True:
        coming: asyncio.Future[Batch | None] = asyncio.ensure_future(_next(batches))
        try:
            while not (await asyncio.wait([coming], timeout=idle_s))[0]:
                if not running:
                    raise DeadlineExceeded("Nothing came over the stream for too long.", reason="STREAM_IDLE")
        finally:
            coming.cancel()
        batch = coming.result()
        if batch is None:
            return
        yield batch


async def _next(batches: AsyncIterator[Batch]) -> Batch | None:
    return await anext(batches, None)
