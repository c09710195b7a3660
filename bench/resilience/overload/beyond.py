"""Three times the capacity, for some seconds: what becomes of the calls, of memory, and of the time after."""

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
from bench.resilience.overload.load import Served, Target, closed, opened, resident_mib
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
TIMES = 3.0
CALLERS, AFTER_CALLERS = 64, 4
DEADLINE_S = 5.0
P99_MS_MAX = 2_500.0
"""Of what was accepted: half of the deadline. Calls that arrive faster than they are begun wait inside gRPC."""
LATE = frozenset({"DEADLINE_EXCEEDED", "CANCELLED"})
"""Calls that were not begun in time: gRPC ends them at their deadline, or when too many wait."""
GROWTH_MIB_MAX = 200.0
RECOVERY_S_MAX = 10.0
LOOK_S = 0.5

_RECOMMENDATION = question("user-1").SerializeToString()


def _signal(number: int) -> feedback_pb2.ImplicitSignal:
    kind = feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE
    return feedback_pb2.ImplicitSignal(output_id=f"o{number % 500}", user_id=f"u{number % 50}", signal_type=kind)


def one_signal() -> bytes:
    """Builds a signal."""
    request = ingest_service_pb2.SubmitImplicitSignalRequest(request_id=str(uuid4()), signal=_signal(1))
    return request.SerializeToString()


def many_signals() -> bytes:
    """Builds a batch of a hundred."""
    signals = [_signal(number) for number in range(100)]
    request = ingest_service_pb2.BatchSubmitImplicitSignalsRequest(request_id=str(uuid4()), signals=signals)
    return request.SerializeToString()


def recommendation() -> bytes:
    """Returns a question."""
    return _RECOMMENDATION


METHODS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "SubmitImplicitSignal": ("ingest", INGEST + "SubmitImplicitSignal", one_signal),
    "BatchSubmitImplicitSignals": ("ingest", INGEST + "BatchSubmitImplicitSignals", many_signals),
    "GetRecommendation": ("neural", METHOD, recommendation),
}


@dataclass(frozen=True, slots=True)
class Beyond:
    """What was measured of a method."""

    report: dict[str, Any]
    problems: list[str]


async def overload(name: str, process: Process, seconds: float) -> Beyond:
    """Finds the capacity of a method, exceeds it, and waits for calm."""
    _, method, body = METHODS[name]
    target = Target(process.address, method, body, DEADLINE_S)
    await closed(target, 0.5, CALLERS)
    calm = await closed(target, 2.0, AFTER_CALLERS)
    normal = await closed(target, max(2.0, seconds / 2), CALLERS)
    capacity = len(normal.durations) / normal.seconds
    before, memory = resident_mib(process.pid), _Memory(process.pid)
    watching = asyncio.create_task(memory.watch())
    flood = await opened(target, seconds, TIMES * capacity)
    recovery_s = await _calm_again(target, quantiles_ms(calm.durations)[0])
    watching.cancel()
    report = {
        "capacity_per_s": round(capacity, 1),
        "calm_p50_ms": round(quantiles_ms(calm.durations)[0], 2),
        "times_offered": round(flood.offered / flood.seconds / capacity, 2),
        **flood.figures(),
        "p99_ms_bound": P99_MS_MAX,
        "memory_before_mib": round(before, 1),
        "memory_max_mib": round(memory.most, 1),
        "memory_growth_mib_bound": GROWTH_MIB_MAX,
        "recovery_s": None if recovery_s is None else round(recovery_s, 2),
        "recovery_s_bound": RECOVERY_S_MAX,
    }
    problems = _broken(name, flood)
    if memory.most - before > GROWTH_MIB_MAX:
        problems.append(f"{name}: memory grew from {before:.0f} to {memory.most:.0f} MiB")
    if recovery_s is None or recovery_s > RECOVERY_S_MAX:
        problems.append(f"{name}: calm did not return within {RECOVERY_S_MAX:g} s")
    return Beyond(report, problems)


def _broken(name: str, flood: Served) -> list[str]:
    """Tells what is wrong with what was taken and what was not."""
    problems = [f"{name}: {flood.hung} calls hung"] if flood.hung else []
    problems += [f"{name}: {count} calls ended as {code}" for code, count in flood.others.items() if code not in LATE]
    if flood.refused_without_wait:
        problems.append(f"{name}: {flood.refused_without_wait} refusals do not say when to try again")
    if not flood.durations:
        problems.append(f"{name}: nothing was accepted")
    elif quantiles_ms(flood.durations)[1] > P99_MS_MAX * 1.1:
        problems.append(f"{name}: p99 of what was accepted is {quantiles_ms(flood.durations)[1]:.0f} ms")
    return problems


class _Memory:
    """The most that a process held."""

    def __init__(self, pid: int) -> None:
        self._pid, self.most = pid, 0.0

    async def watch(self) -> None:
        """Looks until cancelled."""
        while True:
            self.most = max(self.most, resident_mib(self._pid))
            await asyncio.sleep(0.1)


async def _calm_again(target: Target, p50_ms: float) -> float | None:
    """Returns after how many seconds the median is less than twice what it was, and nothing is refused."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 3 * RECOVERY_S_MAX:
        looked = time.perf_counter() - begun
        served = await closed(target, LOOK_S, AFTER_CALLERS)
        if not served.refused and served.durations and quantiles_ms(served.durations)[0] < 2 * p50_ms + 10:
            return looked
    return None
