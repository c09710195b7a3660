"""`python -m bench.resilience.fuzz [--requests N] [--runs N] [--seed N]`: fuzzes every RPC and parser.

The exit status is 0 when no request and no input caused a fault.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

from bench.performance.stack import KEY, servers, service
from bench.resilience.fuzz import parsers
from bench.resilience.fuzz.areas import AREAS, SLOW
from bench.resilience.fuzz.calls import Tally, fuzz
from cli.services import SERVICES

OUT = Path("build/reliability/fuzz.json")


class Report:
    """What was found, written after each step, so that a run that is broken off leaves what it measured."""

    def __init__(self, start: int, kept: bool) -> None:
        """With `kept` what an earlier run found stands beside."""
        self._found: dict[str, Any] = {"seed": start, "services": {}, "parsers": {}}
        if kept and OUT.exists():
            self._found |= json.loads(OUT.read_text())
        self.broken = 0

    def service(self, name: str, tally: Tally) -> None:
        """Notes a service."""
        statuses = dict(tally.statuses)
        self._note("services", name, {"requests": tally.requests, "internal": tally.internal, "statuses": statuses})
        self.broken += tally.internal

    def parser(self, name: str, runs: int, crashes: int) -> None:
        """Notes a parser."""
        self._note("parsers", name, {"runs": runs, "crashes": crashes})
        self.broken += crashes

    def _note(self, kind: str, name: str, figures: dict[str, Any]) -> None:
        self._found[kind][name] = figures
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(self._found, indent=1))


async def services(requests: int, start: int, report: Report, only: Sequence[str]) -> None:
    """Fuzzes every service on real servers, or those named."""
    off = {each.module for each in SERVICES if each.why_off}
    async with servers() as on, contextlib.AsyncExitStack() as stack:
        running = {}
        for module in dict.fromkeys(module for module, _ in AREAS):
            if module in off:
                print(f"{module}: off here, not fuzzed")
                continue
            running[module] = await stack.enter_async_context(service(module, on))
        for module, area in AREAS:
            if module not in running or (only and area.name not in only):
                continue
            begun = time.perf_counter()
            with grpc.insecure_channel(running[module].address) as channel:
                tally = await asyncio.to_thread(fuzz, channel, area, requests, KEY, start, tuple(SLOW))
            report.service(area.name, tally)
            seconds = time.perf_counter() - begun
            shown = ", ".join(f"{status} {count}" for status, count in tally.statuses.most_common())
            print(
                f"{area.name}: {tally.requests} requests in {seconds:.0f} s, {tally.internal} faults; {shown}",
                flush=True,
            )
            for fault in tally.faults:
                print(f"  {fault}")


def main() -> int:
    """Returns 1 when anything broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="to each service")
    parser.add_argument("--runs", type=int, default=200_000, help="of each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="SERVICE", help="beside what an earlier run found")
    given = parser.parse_args()
    report = Report(given.seed, bool(given.only))
    for name in () if given.only else parsers.SEEDS:
        runs, end = parsers.run(name, given.runs, given.seed)
        report.parser(name, runs, 1 if end else 0)
        print(f"parser {name}: {runs} runs, {'broke' if end else 'nothing broke'}", flush=True)
        if end:
            print(end)
    asyncio.run(services(given.requests, given.seed, report, given.only))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
