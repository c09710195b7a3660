"""Tests of the worker pool."""

import asyncio
import itertools
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from gateway.http.problems import Problem
from gateway.workers.pool import SMALL_BYTES_MAX, WorkerPool
from kit.errors import Invalid, Unavailable

LARGE = SMALL_BYTES_MAX + 1
_PARENT = """
import asyncio, os, sys
from gateway.workers.pool import WorkerPool

async def main():
    pool = WorkerPool(1)
    print(await pool.run("t", 1 << 20, os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def thread_name() -> str:
    """Returns the name of the thread that runs the function."""
    return threading.current_thread().name


def raise_invalid() -> None:
    """Raises an error of several fields."""
    raise Invalid.field("spans", "must not be empty", reason="EMPTY")


def raise_problem() -> None:
    """Raises a problem document."""
    raise Problem.field("body", "is wrong")


def raise_unpicklable() -> None:
    """Raises an error that contains a thread lock."""
    raise ValueError(threading.Lock())


def is_running(pid: int) -> bool:
    """Returns whether a process exists."""
    return Path(f"/proc/{pid}").exists()


def timed_sleep(seconds: float) -> tuple[float, float]:
    """Sleeps; returns the times of begin and end."""
    begun = time.monotonic()
    time.sleep(seconds)
    return begun, time.monotonic()


async def test_small_work_runs_in_a_thread_and_large_work_in_a_process() -> None:
    pool = WorkerPool(1)
    try:
        assert (await pool.run("acme", 1, thread_name)).startswith("conversion")
        assert await pool.run("acme", 1, os.getpid) == os.getpid()
        assert await pool.run("acme", LARGE, os.getpid) != os.getpid()
    finally:
        await pool.close()


async def test_errors_of_both_kinds_of_workers_are_raised_unchanged() -> None:
    pool = WorkerPool(1)
    try:
        for size in (1, LARGE):
            with pytest.raises(Invalid) as invalid:
                await pool.run("acme", size, raise_invalid)
            assert (invalid.value.violations[0].field, invalid.value.reason) == ("spans", "EMPTY")
            with pytest.raises(Problem) as problem:
                await pool.run("acme", size, raise_problem)
            assert (problem.value.status, problem.value.errors[0].why) == (400, "is wrong")
            with pytest.raises(RuntimeError, match="conversion failed"):
                await pool.run("acme", size, raise_unpicklable)
        assert await pool.run("acme", LARGE, abs, -1) == 1
    finally:
        await pool.close()


async def test_lost_process_is_replaced() -> None:
    pool = WorkerPool(1)
    try:
        first = await pool.run("acme", LARGE, os.getpid)
        os.kill(first, signal.SIGKILL)
        assert await pool.run("acme", LARGE, os.getpid) != first
        with pytest.raises(Unavailable, match="Retry after 1 s"):
            await pool.run("acme", LARGE, os._exit, 1)
        assert await pool.run("acme", LARGE, abs, -1) == 1
    finally:
        await pool.close()


async def test_tenant_has_one_conversion_at_a_time_and_other_tenants_do_not_wait() -> None:
    pool = WorkerPool(1)
    try:
        slow = [asyncio.create_task(pool.run("acme", 1, timed_sleep, 0.2)) for _ in range(3)]
        await asyncio.sleep(0)
        other = await pool.run("globex", 1, timed_sleep, 0)
        intervals = sorted([await each for each in slow])
        assert all(end <= begun for (_, end), (begun, _) in itertools.pairwise(intervals))
        assert other[1] < intervals[1][1]
    finally:
        await pool.close()


async def test_cancelled_conversion_keeps_the_turn_of_its_tenant_until_it_ends() -> None:
    pool = WorkerPool(1)
    try:
        first = asyncio.create_task(pool.run("acme", 1, timed_sleep, 0.3))
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert (await pool.run("acme", 1, timed_sleep, 0))[0] - begun >= 0.29
    finally:
        await pool.close()


async def test_worker_process_ends_with_its_parent() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", _PARENT, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    async with asyncio.timeout(30):
        worker = int(await parent.stdout.readline())
        parent.kill()
        await parent.wait()
        while is_running(worker):  # noqa: ASYNC110 - the process is not a child of the test
            await asyncio.sleep(0.02)
