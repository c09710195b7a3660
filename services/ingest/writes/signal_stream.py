"""Acknowledged streams: several batches in flight, each acknowledged after its commit or refused on its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta
from typing import TypeVar

from kit.errors import DeadlineExceeded, RadiantError

Batch = TypeVar("Batch")
Ack = TypeVar("Ack")


async def acknowledgements(
    batches: AsyncIterator[Batch],
    store: Callable[[Batch], Awaitable[Ack]],
    refuse: Callable[[Batch, RadiantError], Ack],
    *,
    in_flight_max: int,
    idle_max: timedelta,
) -> AsyncIterator[Ack]:
    """Yields the acknowledgement of every batch, in the order of the commits.

    At most `in_flight_max` batches are read and not acknowledged, so that a slow database slows the client down.
    A RadiantError refuses its batch; any other error ends the stream. Raises DeadlineExceeded (STREAM_IDLE) if no
    batch arrives within `idle_max` while none is in flight.
    """
    acks: asyncio.Queue[Ack | BaseException | None] = asyncio.Queue()
    slots = asyncio.Semaphore(in_flight_max)
    running: set[asyncio.Task[None]] = set()

    async def process(batch: Batch) -> None:
        try:
            acks.put_nowait(await store(batch))
        except RadiantError as error:
            acks.put_nowait(refuse(batch, error))
        except Exception as error:
            acks.put_nowait(error)

    async def read() -> None:
        try:
            async for batch in _until_idle(batches, running, idle_max.total_seconds()):
                await slots.acquire()
                task = asyncio.create_task(process(batch))
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
            slots.release()
    finally:
        for task in (reader, *running):
            task.cancel()
        await asyncio.gather(reader, *running, return_exceptions=True)


async def _until_idle(
    batches: AsyncIterator[Batch], running: Collection[object], idle_max_s: float
) -> AsyncGenerator[Batch, None]:
    """Yields the batches; raises DeadlineExceeded if none arrives in time while none is running."""
    while True:
        next_batch: asyncio.Future[Batch | None] = asyncio.ensure_future(_next(batches))
        try:
            while not (await asyncio.wait([next_batch], timeout=idle_max_s))[0]:
                if not running:
                    message = f"No batch arrived on the stream for {idle_max_s:g} s. Open a new stream."
                    raise DeadlineExceeded(message, reason="STREAM_IDLE")
        finally:
            next_batch.cancel()
        batch = next_batch.result()
        if batch is None:
            return
        yield batch


async def _next(batches: AsyncIterator[Batch]) -> Batch | None:
    return await anext(batches, None)
