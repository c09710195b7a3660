"""Load of three times the capacity of a method: latency, refusals, memory, and recovery afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.performance.figures import quantiles_ms
from bench.performance.recommendations import METHOD, question
from bench.performance.stack import Process
from bench.resilience.overload.load import LoadResult, Target, closed_loop, open_loop, resident_mib
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
LOAD_FACTOR = 3.0
CALLERS, PROBE_CALLERS = 64, 4
DEADLINE_S = 5.0
P99_MS_MAX = 2_500.0
"""Bound on the p99 of accepted calls: half of the deadline. Calls wait inside gRPC until they are started."""
LATE = frozenset({"DEADLINE_EXCEEDED", "CANCELLED"})
"""Statuses of calls that were not started in time: gRPC ends them at their deadline or if too many wait."""
GROWTH_MIB_MAX = 200.0
RECOVERY_S_MAX = 10.0
PROBE_S = 0.5

_RECOMMENDATION = question("user-1").SerializeToString()


def _signal(number: int) -> feedback_pb2.ImplicitSignal:
    kind = feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE
    return feedback_pb2.ImplicitSignal(output_id=f"o{number % 500}", user_id=f"u{number % 50}", signal_type=kind)


def one_signal() -> bytes:
    """Returns a request with one signal."""
    request = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=str(uuid4()), signal=_signal(1))
    return request.SerializeToString()


def many_signals() -> bytes:
    """Returns a request with 100 signals."""
    signals = [_signal(number) for number in range(100)]
    request = ingest_service_pb2.BatchSubmitImplicitSignalsRequest(request_id=str(uuid4()), signals=signals)
    return request.SerializeToString()


def recommendation() -> bytes:
    """Returns a request for a recommendation."""
    return _RECOMMENDATION


METHODS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "SubmitImplicitSignal": ("ingest", INGEST + "SubmitImplicitSignal", one_signal),
    "BatchSubmitImplicitSignals": ("ingest", INGEST + "BatchSubmitImplicitSignals", many_signals),
    "GetRecommendation": ("neural", METHOD, recommendation),
}


@dataclass(frozen=True, slots=True)
class Result:
    """Measurements of a method, and the violated bounds."""

    report: dict[str, Any]
    problems: list[str]


async def overload(name: str, process: Process, seconds: float) -> Result:
    """Measures the capacity of a method, exceeds it, and waits for recovery."""
    _, method, body = METHODS[name]
    target = Target(process.address, method, body, DEADLINE_S)
    await closed_loop(target, 0.5, CALLERS)
    idle = await closed_loop(target, 2.0, PROBE_CALLERS)
    normal = await closed_loop(target, max(2.0, seconds / 2), CALLERS)
    capacity = len(normal.durations) / normal.seconds
    before, memory = resident_mib(process.pid), _Memory(process.pid)
    watching = asyncio.create_task(memory.watch())
    flood = await open_loop(target, seconds, LOAD_FACTOR * capacity)
    recovery_s = await _recovery_seconds(target, quantiles_ms(idle.durations)[0])
    watching.cancel()
    report = {
        "capacity_per_s": round(capacity, 1),
        "calm_p50_ms": round(quantiles_ms(idle.durations)[0], 2),
        "times_offered": round(flood.offered / flood.seconds / capacity, 2),
        **flood.figures(),
        "p99_ms_bound": P99_MS_MAX,
        "memory_before_mib": round(before, 1),
        "memory_max_mib": round(memory.most, 1),
        "memory_growth_mib_bound": GROWTH_MIB_MAX,
        "recovery_s": None if recovery_s is None else round(recovery_s, 2),
        "recovery_s_bound": RECOVERY_S_MAX,
    }
    problems = _problems(name, flood)
    if memory.most - before > GROWTH_MIB_MAX:
        problems.append(f"{name}: memory grew from {before:.0f} to {memory.most:.0f} MiB")
    if recovery_s is None or recovery_s > RECOVERY_S_MAX:
        problems.append(f"{name}: no recovery within {RECOVERY_S_MAX:g} s")
    return Result(report, problems)


def _problems(name: str, flood: LoadResult) -> list[str]:
    """Returns the violated bounds of accepted and refused calls."""
    problems = [f"{name}: {flood.hung} calls took longer than their deadline"] if flood.hung else []
    problems += [f"{name}: {count} calls ended with {code}" for code, count in flood.others.items() if code not in LATE]
    if flood.refused_without_wait:
        problems.append(f"{name}: {flood.refused_without_wait} refusals without RetryInfo")
    if not flood.durations:
        problems.append(f"{name}: no call was accepted")
    elif quantiles_ms(flood.durations)[1] > P99_MS_MAX * 1.1:
        problems.append(f"{name}: p99 of accepted calls is {quantiles_ms(flood.durations)[1]:.0f} ms")
    return problems


class _Memory:
    """Peak of the resident memory of a process."""

    def __init__(self, pid: int) -> None:
        self._pid, self.most = pid, 0.0

    async def watch(self) -> None:
        """Samples the memory until cancelled."""
        while True:
            self.most = max(self.most, resident_mib(self._pid))
            await asyncio.sleep(0.1)


async def _recovery_seconds(target: Target, p50_ms: float) -> float | None:
    """Returns the seconds until no call is refused and the median latency is below twice its former value."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 3 * RECOVERY_S_MAX:
        looked = time.perf_counter() - begun
        served = await closed_loop(target, PROBE_S, PROBE_CALLERS)
        if not served.refused and served.durations and quantiles_ms(served.durations)[0] < 2 * p50_ms + 10:
            return looked
    return None
