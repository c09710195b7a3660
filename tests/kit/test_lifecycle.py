"""Lifecycle of a service: restart of background work, drain of running calls."""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kit import lifecycle
from kit.lifecycle import background, serve_until_stopped
from tests.kit.fixtures.scripted_servicer import Script, Serving, serving


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens the first delay."""
    monkeypatch.setattr(lifecycle, "FIRST_WAIT_S", 0.005)


@pytest.mark.usefixtures("impatient")
async def test_background_work_restarts_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    runs, running = 0, asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("broken")
        if runs == 2:
            return
        running.set()
        await asyncio.Event().wait()

    async with background("watch", work):
        await asyncio.wait_for(running.wait(), 5)
    assert runs == 3
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert logged == ["background task failed", "background task returned"]


async def test_background_work_restarts_with_growing_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(lifecycle, "WAIT_MAX_S", 0.05)
    starts: list[float] = []
    enough = asyncio.Event()

    async def work() -> None:
        starts.append(time.monotonic())
        if len(starts) == 8:
            enough.set()
        raise RuntimeError("broken")

    async with background("watch", work):
        await asyncio.wait_for(enough.wait(), 5)
    waits = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert all(wait >= least for wait, least in zip(waits, (0.019, 0.039, *[0.049] * 5), strict=True))
    assert sum(waits) < 1.5, "waits are bounded: doubled each time they would sum up to 2.5 seconds"


async def test_background_work_is_cancelled_with_its_block() -> None:
    cleaned = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    async with background("watch", work):
        await asyncio.sleep(0.01)
    assert cleaned.is_set()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "watch"] == []


@pytest.mark.usefixtures("impatient")
async def test_background_work_failing_during_cancellation_ends() -> None:
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("the connection was lost during the rollback")

    async with asyncio.timeout(5):
        async with background("watch", work):
            await asyncio.sleep(0.01)
    assert runs == 1


@pytest.mark.usefixtures("impatient")
async def test_error_of_the_block_is_raised() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with background("watch", lambda: asyncio.sleep(60)):
            raise ValueError("mine")


@contextlib.contextmanager
def signals_restored() -> Iterator[None]:
    """Restores the signal handlers."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def said_to_leave(served: Serving) -> None:
    """Waits until the health status is NOT_SERVING."""
    watch = health_pb2_grpc.HealthStub(served.channel).Watch(health_pb2.HealthCheckRequest())
    async for answer in watch:
        if answer.status == health_pb2.HealthCheckResponse.NOT_SERVING:
            break
    watch.cancel()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_drain_waits_for_running_calls(number: signal.Signals) -> None:
    script = Script(hold=asyncio.Event())
    with signals_restored():
        async with serving(script) as served:
            grace, drain_delay = timedelta(seconds=10), timedelta(seconds=0.2)
            life = asyncio.create_task(serve_until_stopped(served.server, grace, drain_delay=drain_delay))
            call = asyncio.create_task(served.call("unary_unary", timeout=20))
            await asyncio.wait_for(script.entered.wait(), 5)
            os.kill(os.getpid(), number)
            await asyncio.wait_for(said_to_leave(served), 5)
            await asyncio.sleep(0.3)
            refused = await served.call("unary_unary", timeout=5)
            assert refused.code is grpc.StatusCode.UNAVAILABLE, "new calls are refused"
            assert not life.done()
            assert script.hold is not None
            script.hold.set()
            assert (await call).code is grpc.StatusCode.OK
            await asyncio.wait_for(life, 5)


async def test_drain_ends_after_the_grace_period() -> None:
    script = Script(hold=asyncio.Event())
    with signals_restored():
        async with serving(script) as served:
            life = asyncio.create_task(serve_until_stopped(served.server, timedelta(seconds=0.2)))
            call = asyncio.create_task(served.call("stream_stream"))
            await asyncio.wait_for(script.entered.wait(), 5)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(life, 5)
            assert (await call).code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
            assert script.cancelled.is_set()
