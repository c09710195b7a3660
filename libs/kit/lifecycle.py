"""Drain of a server at SIGTERM, and background tasks that are restarted when they fail."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from kit.telemetry.metrics import RESTARTS

log = logging.getLogger(__name__)

FIRST_WAIT_S, WAIT_MAX_S = 0.1, 10.0
CANCEL_INTERVAL_S = 1.0


class StartError(Exception):
    """A process cannot start because of its configuration; the message states what to change."""


class Stoppable(Protocol):
    """A server whose health checks can report that it stops, and that can be stopped."""

    async def set_serving(self, serving: bool) -> None:
        """Sets the answer of health checks."""
        ...

    async def stop(self, grace: timedelta) -> None:
        """Accepts no new call, waits up to `grace` for running ones, then cancels them."""
        ...


async def serve_until_stopped(server: Stoppable, grace: timedelta, *, drain_delay: timedelta = timedelta()) -> None:
    """Waits for SIGTERM or SIGINT, then drains the server.

    Health checks return NOT_SERVING at once. The server accepts no new call after `drain_delay`, the time that load
    balancers need to stop sending calls.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        await stopped.wait()
        log.info("draining", extra={"fields": {"grace_s": grace.total_seconds()}})
        await server.set_serving(False)
        await asyncio.sleep(drain_delay.total_seconds())
        await server.stop(grace)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _forever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    loop, task, failures = asyncio.get_running_loop(), asyncio.current_task(), 0
    while True:
        begun = loop.time()
        try:
            await work()
            log.error("background task returned", extra={"fields": {"task": name}})
        except Exception:
            log.exception("background task failed", extra={"fields": {"task": name}})
        if task is not None and task.cancelling():  # a failure of the clean-up replaced the cancellation
            raise asyncio.CancelledError
        failures = 1 if loop.time() - begun > WAIT_MAX_S else failures + 1
        RESTARTS.labels(name).inc()
        await asyncio.sleep(min(FIRST_WAIT_S * 2 ** min(failures - 1, 10), WAIT_MAX_S))


@contextlib.asynccontextmanager
async def background(name: str, work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Runs `work` as a task during the block. Restarts it with a growing delay when it fails or returns."""
    task = asyncio.create_task(_forever(name, work), name=name)
    try:
        yield
    finally:
        # Some awaits suppress a cancellation (asyncio.wait_for in Python 3.11 may), so it is repeated.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_INTERVAL_S)
