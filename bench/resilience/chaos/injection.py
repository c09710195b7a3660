"""Injects faults one after another and measures the time to recovery."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from bench.resilience.chaos.clients import Client
from bench.resilience.chaos.events import EventGenerator
from bench.resilience.chaos.faults import Fault
from bench.resilience.chaos.suite import Suite

RECOVERY_SECONDS_MAX = 90.0
CUT_AGAIN_S = 0.3
PROBE_PAUSE_S = 0.03


@dataclass(frozen=True, slots=True)
class Recovery:
    """Time from the end of a fault to recovery, in seconds."""

    fault: str
    write_s: float
    """Time to the first acknowledged write. After a kill it is counted from the kill."""
    read_s: float
    """Time to the first recommendation, for the experiments service also to its first answer."""
    statuses: dict[str, int]
    """Number of calls by status during the fault, after a kill until the first acknowledged write."""


@dataclass(slots=True)
class FaultInjector:
    """Injects faults one after another."""

    suite: Suite
    probe: Client
    generator: EventGenerator
    done: list[Recovery] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """Faults without recovery."""
    skipped: set[str] = field(default_factory=set)
    """Faults that are not possible on this machine."""

    async def run(self, faults: Iterator[Fault], seconds: float) -> None:
        """Injects faults for `seconds`. The last fault is completed."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end:
            fault = next(faults)
            await asyncio.sleep(fault.gap_s)
            before = self.probe.ledger.statuses.copy()
            if not await self._apply(fault):
                self.skipped.add(fault.name)
                print(f"  {fault.name}: not possible on this machine, skipped", flush=True)
                continue
            statuses = self.probe.ledger.statuses - before
            begun = clock()
            try:
                async with asyncio.timeout(RECOVERY_SECONDS_MAX):
                    write_s, read_s = await asyncio.gather(self._written(begun), self._read(fault, begun))
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

    async def _apply(self, fault: Fault) -> bool:
        """Injects a fault. Returns False if it is not possible on this machine."""
        if fault.kind == "kill":
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

    async def _written(self, begun: float) -> float:
        return await _until(lambda: self.probe.send_once(self.generator.manifest()), begun)

    async def _read(self, fault: Fault, begun: float) -> float:
        async def answered() -> bool:
            return await self.probe.recommended() is not None

        if fault.target == "experiments":
            await _until(self.probe.experiments, begun)
        return await _until(answered, begun)


async def _until(works: Callable[[], Awaitable[bool]], begun: float) -> float:
    """Repeats the call until it returns True. Returns the seconds since `begun`."""
    while True:
        if await works():
            return asyncio.get_running_loop().time() - begun
        await asyncio.sleep(PROBE_PAUSE_S)
