"""Breaks the suite fault by fault and measures how long each takes to be over."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from bench.resilience.chaos.clients import Client
from bench.resilience.chaos.events import Player
from bench.resilience.chaos.faults import Fault
from bench.resilience.chaos.suite import Suite

RECOVERY_SECONDS_MAX = 90.0
CUT_AGAIN_S = 0.3
PROBE_PAUSE_S = 0.03


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long after a fault the suite worked again, in seconds."""

    fault: str
    write_s: float
    """To the first acknowledged write that began after it; after a kill, counted from the kill."""
    read_s: float
    """To the first recommendation, and, for the service of experiments, its first answer."""
    statuses: dict[str, int]
    """What came of the calls that ended while it lasted; after a kill, until writes worked again."""


@dataclass(slots=True)
class Breaking:
    """Applies faults one after the other."""

    suite: Suite
    probe: Client
    player: Player
    done: list[Recovery] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """Faults after which the suite did not work again."""
    skipped: set[str] = field(default_factory=set)
    """Faults that this machine does not allow."""

    async def run(self, faults: Iterator[Fault], seconds: float) -> None:
        """Breaks things for so long; a fault that has begun is seen to its end."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end:
            fault = next(faults)
            await asyncio.sleep(fault.gap_s)
            before = self.probe.ledger.statuses.copy()
            if not await self._apply(fault):
                self.skipped.add(fault.name)
                print(f"  {fault.name}: not possible here, left out", flush=True)
                continue
            felt = self.probe.ledger.statuses - before
            begun = clock()
            try:
                async with asyncio.timeout(RECOVERY_SECONDS_MAX):
                    write_s, read_s = await asyncio.gather(self._written(begun), self._read(fault, begun))
            except TimeoutError:
                self.stuck.append(fault.name)
                print(f"  {fault.name}: no recovery within {RECOVERY_SECONDS_MAX:g} s", flush=True)
                continue
            if fault.kind == "kill":
                felt = self.probe.ledger.statuses - before
            self.done.append(Recovery(fault.name, write_s, read_s, dict(felt)))
            lasted = "" if fault.kind == "kill" else f" for {fault.seconds:.1f} s"
            print(
                f"  {fault.name}{lasted}: writes after {write_s:.2f} s, answers after {read_s:.2f} s; {dict(felt)}",
                flush=True,
            )

    async def _apply(self, fault: Fault) -> bool:
        """Returns False when the fault is not possible here."""
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
        """Needs a while to be felt: there is some room in what is allotted already."""
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
                elif fault.kind == "swallow":
                    proxy.swallow()
            await self._cutting(fault)
        finally:
            for proxy in proxies:
                if fault.kind == "swallow" and fault.harsh:
                    proxy.cut()
                await proxy.heal()

    async def _cutting(self, fault: Fault) -> None:
        """Lets the time of a fault pass; connections are cut again and again, or, when new ones are refused, once."""
        clock = asyncio.get_running_loop().time
        end, cuts = clock() + fault.seconds, 0
        while (left := end - clock()) > 0:
            if fault.kind == "cut" or (fault.kind == "refuse" and cuts == 0):
                cuts += 1
                for proxy in self.suite.links[fault.target]:
                    proxy.cut()
            await asyncio.sleep(min(left, CUT_AGAIN_S))

    async def _written(self, begun: float) -> float:
        return await _until(lambda: self.probe.once(self.player.manifest()), begun)

    async def _read(self, fault: Fault, begun: float) -> float:
        async def answered() -> bool:
            return await self.probe.recommended() is not None

        if fault.target == "experiments":
            await _until(self.probe.experiments, begun)
        return await _until(answered, begun)


async def _until(works: Callable[[], Awaitable[bool]], begun: float) -> float:
    """Tries until it works and returns how long after the beginning that was."""
    while True:
        if await works():
            return asyncio.get_running_loop().time() - begun
        await asyncio.sleep(PROBE_PAUSE_S)
