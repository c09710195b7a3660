"""Injects faults one after another and measures the time to recovery."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from bench.resilience.chaos.faults.backlog import kill_within_backlog
from bench.resilience.chaos.faults.schedule import LEARNER, Fault
from bench.resilience.chaos.load.events import EventGenerator
from bench.resilience.chaos.load.grpc_client import Client
from bench.resilience.chaos.load.http_client import HttpClient
from bench.resilience.chaos.suite import Suite

RECOVERY_SECONDS_MAX = 90.0
CUT_AGAIN_S = 0.3
PROBE_PAUSE_S = 0.03


@dataclass(frozen=True, slots=True)
class Recovery:
    """Time from the end of a fault to recovery, in seconds."""

    fault: str
    write_s: float
    """Time to the first acknowledged write, over HTTP for a fault of the gateway. After a kill: since the kill."""
    read_s: float
    """Time to the first recommendation, and to the first answer of the disturbed process."""
    statuses: dict[str, int]
    """Number of calls by status during the fault, after a kill until the first acknowledged write."""


@dataclass(slots=True)
class FaultInjector:
    """Injects faults one after another."""

    suite: Suite
    probe: Client
    http_probe: HttpClient
    generator: EventGenerator
    done: list[Recovery] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """Faults without recovery."""
    skipped: set[str] = field(default_factory=set)
    """Faults that are not possible on this machine."""
    backlogs: list[int] = field(default_factory=list)
    """Units in the queue of the learner at each kill of the learner."""

    async def run(self, faults: Iterator[Fault], seconds: float) -> None:
        """Injects faults for `seconds`. The last fault is completed."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end:
            fault = next(faults)
            await asyncio.sleep(fault.gap_s)
            before, old_pids = self.probe.ledger.statuses.copy(), self._pids(fault)
            if not await self._apply(fault):
                self.skipped.add(fault.name)
                print(f"  {fault.name}: not possible on this machine, skipped", flush=True)
                continue
            statuses = self.probe.ledger.statuses - before
            begun = clock()
            try:
                async with asyncio.timeout(RECOVERY_SECONDS_MAX):
                    write_s, read_s, _ = await asyncio.gather(
                        self._written(fault, begun), self._read(fault, begun), self._restarted(fault, old_pids)
                    )
            except TimeoutError:
                self.stuck.append(fault.name)
                print(f"  {fault.name}: no recovery within {RECOVERY_SECONDS_MAX:g} s", flush=True)
                continue
            if fault.kind == "kill":
                statuses = self.probe.ledger.statuses - before
            self.done.append(Recovery(fault.name, write_s, read_s, dict(statuses)))
            lasted = "" if fault.kind == "kill" else f" for {fault.seconds:.1f} s"
            print(
                f"  {fault.name}{lasted}: writes after {write_s:.2f} s, reads after {read_s:.2f} s; {dict(statuses)}",
                flush=True,
            )

    def _pids(self, fault: Fault) -> list[int]:
        """Returns the process that the fault kills; empty for other faults."""
        is_kill = fault.kind == "kill" and self.suite.has(_process(fault))
        return self.suite.pids(_process(fault))[:1] if is_kill else []

    async def _apply(self, fault: Fault) -> bool:
        """Injects a fault. Returns False if it is not possible on this machine."""
        if fault.kind in ("kill", "pause") and not self.suite.has(_process(fault)):
            return False
        if fault.kind == "kill" and fault.target == LEARNER:
            self.backlogs.append(await kill_within_backlog(self.suite))
        elif fault.kind == "kill":
            self.suite.send(fault.target, signal.SIGKILL, first_only=True)
        elif fault.kind == "pause":
            self.suite.send(fault.target, signal.SIGSTOP)
            try:
                await asyncio.sleep(fault.seconds)
            finally:
                self.suite.send(fault.target, signal.SIGCONT)
        elif fault.kind == "fill":
            return await self._fill(fault)
        else:
            await self._disturb(fault)
        return True

    async def _fill(self, fault: Fault) -> bool:
        """Fills the disk for longer than other faults last, because already allocated space is used first."""
        if not self.suite.disk.fill(self.suite.pids("postgres")):
            return False
        try:
            await asyncio.sleep(2 * fault.seconds + 2)
        finally:
            self.suite.disk.empty(self.suite.pids("postgres"))
        return True

    async def _disturb(self, fault: Fault) -> None:
        proxies = self.suite.links[fault.target]
        try:
            for proxy in proxies:
                if fault.kind == "refuse":
                    proxy.refuse()
                elif fault.kind == "delay":
                    proxy.delay_s = 0.15 if fault.harsh else 0.02
                elif fault.kind == "throttle":
                    proxy.bytes_per_s = 20_000 if fault.harsh else 200_000
                elif fault.kind == "stall":
                    proxy.stall()
            await self._cutting(fault)
        finally:
            for proxy in proxies:
                if fault.kind == "stall" and fault.harsh:
                    proxy.cut()
                await proxy.restore()

    async def _cutting(self, fault: Fault) -> None:
        """Waits for the duration of a fault. Cuts connections repeatedly, or once if new ones are refused."""
        clock = asyncio.get_running_loop().time
        end, cuts = clock() + fault.seconds, 0
        while (left := end - clock()) > 0:
            if fault.kind == "cut" or (fault.kind == "refuse" and cuts == 0):
                cuts += 1
                for proxy in self.suite.links[fault.target]:
                    proxy.cut()
            await asyncio.sleep(min(left, CUT_AGAIN_S))

    async def _restarted(self, fault: Fault, old_pids: list[int]) -> None:
        """Waits until a killed process was replaced by a new one that serves."""

        async def is_replaced() -> bool:
            return self._pids(fault) not in (old_pids, []) and await self.suite.is_ready(_process(fault))

        if fault.kind == "kill":
            await _until(is_replaced, 0.0)

    async def _written(self, fault: Fault, begun: float) -> float:
        if fault.target == "gateway":
            return await _until(lambda: self.http_probe.send_once(self.generator.spans(1)), begun)
        return await _until(lambda: self.probe.send_once(self.generator.manifest()), begun)

    async def _read(self, fault: Fault, begun: float) -> float:
        async def answered() -> bool:
            return await self.probe.recommended() is not None

        own_reads = {
            "experiments": self.probe.experiments,
            "gateway": self.http_probe.is_serving,
            "voice": self.probe.recordings,
        }
        if fault.target in own_reads:
            await _until(own_reads[fault.target], begun)
        return await _until(answered, begun)


def _process(fault: Fault) -> str:
    """Returns the part of the suite in which the target runs."""
    return "neural" if fault.target == LEARNER else fault.target


async def _until(works: Callable[[], Awaitable[bool]], begun: float) -> float:
    """Repeats the call until it returns True. Returns the seconds since `begun`."""
    while True:
        if await works():
            return asyncio.get_running_loop().time() - begun
        await asyncio.sleep(PROBE_PAUSE_S)
