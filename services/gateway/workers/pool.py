"""Runs conversions outside of the event loop: small ones in threads, large ones in processes, one per tenant."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from multiprocessing.connection import wait
from typing import TypeVar

from kit.errors import Unavailable
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

T = TypeVar("T")

SMALL_BYTES_MAX = 64 * 1024
"""Largest body that a thread converts. The conversion of a larger body would hold the interpreter lock for too long."""
THREADS = 2
ATTEMPTS = 2
RETRY_AFTER = timedelta(seconds=1)
LOST_PROCESSES = Counter("radiant_gateway_workers_lost_total", "Worker processes that ended unexpectedly.")


class WorkerPool:
    """Threads and processes for conversions. A tenant has at most one conversion at a time.

    A process starts at the first conversion that needs it, by `spawn`: a fork would copy the threads of gRPC.
    """

    def __init__(self, processes: int) -> None:
        """Takes the most worker processes."""
        self._processes_max = processes
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="conversion")
        self._processes: ProcessPoolExecutor | None = None
        self._turns: dict[str, _Turn] = {}

    async def run(self, tenant: str, size_bytes: int, function: Callable[..., T], *args: object) -> T:
        """Returns the result of a module-level function; raises its errors.

        `size_bytes` selects a thread or a process. Arguments and result must be picklable. Raises Unavailable if
        the worker process is lost twice.
        """
        for _ in range(ATTEMPTS):
            executor = await self._take_turn(tenant, size_bytes)
            try:
                return await asyncio.wrap_future(self._submit(executor, tenant, function, args))
            except BrokenProcessPool:
                self._discard(executor)
        raise Unavailable("The worker process of the request was lost. Retry after 1 s.", RETRY_AFTER)

    async def close(self) -> None:
        """Cancels waiting conversions, waits for running ones, and ends the threads and processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            await asyncio.to_thread(self._processes.shutdown, wait=True, cancel_futures=True)

    async def _take_turn(self, tenant: str, size_bytes: int) -> Executor:
        """Waits until no other conversion of the tenant runs; returns the executor of a conversion."""
        turn = self._turns.setdefault(tenant, _Turn())
        turn.users += 1
        try:
            await turn.free.acquire()
        except asyncio.CancelledError:
            self._leave(tenant)
            raise
        return self._executor(size_bytes)

    def _submit(
        self, executor: Executor, tenant: str, function: Callable[..., T], args: tuple[object, ...]
    ) -> Future[T]:
        """Starts a conversion. The turn of the tenant ends with it, even if the caller does not wait any more."""
        loop = asyncio.get_running_loop()

        def end_turn(_: Future[T]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._end_turn, tenant)

        try:
            future = executor.submit(_run, function, args)
        except BaseException:
            self._end_turn(tenant)
            raise
        future.add_done_callback(end_turn)
        return future

    def _executor(self, size_bytes: int) -> Executor:
        if size_bytes <= SMALL_BYTES_MAX:
            return self._threads
        if self._processes is None:
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(self._processes_max, context, _initialize)
        return self._processes

    def _discard(self, executor: Executor) -> None:
        """Drops a process pool that lost a process; the next conversion starts another one."""
        if self._processes is executor:
            self._processes = None
            LOST_PROCESSES.inc()
            log.warning("worker process lost, a new one starts with the next request")
            executor.shutdown(wait=False, cancel_futures=True)

    def _end_turn(self, tenant: str) -> None:
        self._turns[tenant].free.release()
        self._leave(tenant)

    def _leave(self, tenant: str) -> None:
        turn = self._turns[tenant]
        turn.users -= 1
        if not turn.users:
            del self._turns[tenant]


class _Turn:
    """Turn of a tenant: one conversion runs, the others wait in the order of their arrival."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(1)
        self.users = 0


def _run(function: Callable[..., T], args: tuple[object, ...]) -> T:
    """Runs the function. Replaces an error that cannot be sent between processes, which would end the pool."""
    try:
        return function(*args)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - the error of this process
        except Exception:
            raise RuntimeError(f"the conversion failed:\n{traceback.format_exc()}") from None
        raise


def _initialize() -> None:
    """Prepares a worker process: it ends with its parent, and ignores the interrupt of the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_with, args=(parent.sentinel,), daemon=True).start()


def _exit_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
