"""Load generators: a closed loop measures the capacity, an open loop exceeds it."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from google.rpc import error_details_pb2, status_pb2

from bench.performance.figures import quantiles_ms
from bench.performance.stack import token

TICK_S = 0.005
SLACK_S = 2.0
PROCESSES, CONNECTIONS = 2, 4
START_S = 6.0
"""Time for the processes of the generator to start."""
IN_FLIGHT_MAX = 4_000
"""Limit of concurrent calls per process. Calls above it are not made and counted as not offered."""


@dataclass(slots=True)
class LoadResult:
    """Results of calls."""

    seconds: float = 0.0
    durations: list[float] = field(default_factory=list)
    """Durations of accepted calls, in seconds."""
    refused: int = 0
    """Calls that ended with RESOURCE_EXHAUSTED and RetryInfo."""
    refused_without_wait: int = 0
    """Calls that ended with RESOURCE_EXHAUSTED without RetryInfo."""
    others: Counter[str] = field(default_factory=Counter)
    """Calls by any other status."""
    hung: int = 0
    """Calls that took longer than their deadline plus SLACK_S."""
    not_offered: int = 0
    refusal_durations: list[float] = field(default_factory=list)

    @property
    def offered(self) -> int:
        """Number of all calls."""
        return len(self.durations) + self.refused + self.refused_without_wait + self.others.total()

    def add(self, other: LoadResult) -> None:
        """Adds the calls of another result. The duration stays."""
        self.durations += other.durations
        self.refused += other.refused
        self.refused_without_wait += other.refused_without_wait
        self.others += other.others
        self.hung += other.hung
        self.not_offered += other.not_offered
        self.refusal_durations += other.refusal_durations

    def figures(self) -> dict[str, object]:
        """Returns the figures for the report."""
        p50, p99 = quantiles_ms(self.durations) if self.durations else (0.0, 0.0)
        return {
            "offered_per_s": round(self.offered / self.seconds, 1),
            "accepted_per_s": round(len(self.durations) / self.seconds, 1),
            "accepted": len(self.durations),
            "p50_ms": round(p50, 2),
            "p99_ms": round(p99, 2),
            "refused_with_retry_info": self.refused,
            "refused_without_retry_info": self.refused_without_wait,
            "refusal_p99_ms": round(quantiles_ms(self.refusal_durations)[1], 2) if self.refusal_durations else 0.0,
            "other_statuses": dict(self.others),
            "hung": self.hung,
            "not_offered": self.not_offered,
        }


@dataclass(frozen=True, slots=True)
class Target:
    """A method and its request bodies."""

    address: str
    method: str
    body: Callable[[], bytes]
    deadline_s: float = 10.0
    tenant: str = "acme"


class Caller:
    """Makes calls and counts their results."""

    def __init__(self, target: Target, channel: grpc.aio.Channel) -> None:
        self.target, self.served = target, LoadResult()
        self._metadata = token(target.tenant)
        self._unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(target.method)

    async def call(self) -> None:
        """Makes one call."""
        begun = time.perf_counter()
        try:
            await self._unary(self.target.body(), metadata=self._metadata, timeout=self.target.deadline_s)
        except grpc.aio.AioRpcError as error:
            took = time.perf_counter() - begun
            if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                self.served.others[error.code().name] += 1
            elif has_retry_info(error):
                self.served.refused += 1
                self.served.refusal_durations.append(took)
            else:
                self.served.refused_without_wait += 1
        else:
            took = time.perf_counter() - begun
            self.served.durations.append(took)
        self.served.hung += took > self.target.deadline_s + SLACK_S


def has_retry_info(error: grpc.aio.AioRpcError) -> bool:
    """Returns True if the error has a RetryInfo."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value if isinstance(value, bytes) else value.encode())
            return any(each.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for each in status.details)
    return False


async def closed_loop(target: Target, seconds: float, callers: int) -> LoadResult:
    """Calls with concurrent callers that each wait for their answer. Their throughput is the capacity."""
    async with grpc.aio.insecure_channel(target.address) as channel:
        caller = Caller(target, channel)
        begun = time.perf_counter()

        async def one() -> None:
            while time.perf_counter() < begun + seconds:
                await caller.call()

        await asyncio.gather(*(one() for _ in range(callers)))
        caller.served.seconds = time.perf_counter() - begun
        return caller.served


async def open_loop(target: Target, seconds: float, per_s: float) -> LoadResult:
    """Calls at a fixed rate from several processes. Returns when all calls have ended."""
    loop, parts = asyncio.get_running_loop(), []
    context = multiprocessing.get_context("spawn")
    start_at = time.time() + START_S
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        terms = target, seconds, per_s / PROCESSES, start_at
        parts = await asyncio.gather(
            *(loop.run_in_executor(pool, _open_loop_process, *terms) for _ in range(PROCESSES))
        )
    whole = LoadResult(seconds=max(part.seconds for part in parts))
    for part in parts:
        whole.add(part)
    return whole


def _open_loop_process(target: Target, seconds: float, per_s: float, start_at: float) -> LoadResult:
    return asyncio.run(_open_loop(target, seconds, per_s, start_at))


async def _open_loop(target: Target, seconds: float, per_s: float, start_at: float) -> LoadResult:
    async with contextlib.AsyncExitStack() as stack:
        callers = []
        for _ in range(CONNECTIONS):
            options = [("grpc.use_local_subchannel_pool", 1)]
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(target.address, options))
            await channel.channel_ready()
            callers.append(Caller(target, channel))
        await asyncio.sleep(max(0.0, start_at - time.time()))
        running: set[asyncio.Task[None]] = set()
        whole, begun, made = LoadResult(), time.perf_counter(), 0
        while (passed := time.perf_counter() - begun) < seconds:
            due = int(passed * per_s) - made
            made += due
            for number in range(due):
                if len(running) >= IN_FLIGHT_MAX:
                    whole.not_offered += 1
                    continue
                task = asyncio.create_task(callers[number % CONNECTIONS].call())
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.sleep(TICK_S)
        whole.seconds = time.perf_counter() - begun
        if running:
            await asyncio.wait(running)
        for caller in callers:
            whole.add(caller.served)
        return whole


def resident_mib(pid: int) -> float:
    """Returns the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
