"""`python -m bench.resilience.fuzz [--requests N] [--runs N] [--seed N]`: fuzzes every RPC and parser.

The exit status is 0 if no request and no input caused a fault.
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
from bench.resilience.fuzz.calls import Tally, fuzz
from bench.resilience.fuzz.targets import SKIPPED_METHODS, TARGETS
from cli.services import SERVICES

OUT = Path("build/reliability/fuzz.json")


class Report:
    """The JSON report. It is written after each step, so that an interrupted run keeps its results."""

    def __init__(self, start: int, kept: bool) -> None:
        """Creates a report. With `kept` it starts with the results of the last run."""
        self._start = start
        self._found: dict[str, Any] = {"seed": start, "services": {}, "parsers": {}}
        if kept and OUT.exists():
            self._found |= json.loads(OUT.read_text())
        self.broken = 0

    def service(self, name: str, tally: Tally) -> None:
        """Adds the result of a service."""
        statuses = dict(tally.statuses)
        self._note("services", name, {"requests": tally.requests, "internal": tally.internal, "statuses": statuses})
        self.broken += tally.internal

    def parser(self, name: str, runs: int, crashes: int) -> None:
        """Adds the result of a parser."""
        self._note("parsers", name, {"runs": runs, "crashes": crashes})
        self.broken += crashes

    def _note(self, kind: str, name: str, figures: dict[str, Any]) -> None:
        self._found[kind][name] = figures | {"seed": self._start}
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(self._found, indent=1))


async def services(requests: int, start: int, report: Report, only: Sequence[str]) -> None:
    """Fuzzes every service, or those in `only`, on real servers."""
    off = {each.module for each in SERVICES if each.unavailable_reason}
    async with servers() as on, contextlib.AsyncExitStack() as stack:
        running = {}
        for module in dict.fromkeys(module for module, target in TARGETS if not only or target.name in only):
            if module in off:
                print(f"{module}: not available on this machine, not fuzzed")
                continue
            running[module] = await stack.enter_async_context(service(module, on))
        for module, target in TARGETS:
            if module not in running or (only and target.name not in only):
                continue
            begun = time.perf_counter()
            with grpc.insecure_channel(running[module].address) as channel:
                tally = await asyncio.to_thread(fuzz, channel, target, requests, KEY, start, tuple(SKIPPED_METHODS))
            report.service(target.name, tally)
            seconds = time.perf_counter() - begun
            shown = ", ".join(f"{status} {count}" for status, count in tally.statuses.most_common())
            print(
                f"{target.name}: {tally.requests} requests in {seconds:.0f} s, {tally.internal} faults; {shown}",
                flush=True,
            )
            for fault in tally.faults:
                print(f"  {fault}")


def main() -> int:
    """Returns 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="number of requests to each service")
    parser.add_argument("--runs", type=int, default=200_000, help="number of inputs to each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        metavar="NAME",
        help="fuzz only these services and parsers, and keep other results of the last run",
    )
    given = parser.parse_args()
    report = Report(given.seed, bool(given.only))
    for name in (each for each in parsers.SEEDS if not given.only or each in given.only):
        runs, end = parsers.run(name, given.runs, given.seed)
        report.parser(name, runs, 1 if end else 0)
        print(f"parser {name}: {runs} runs, {'crashed' if end else 'no crash'}", flush=True)
        if end:
            print(end)
    if not given.only or any(target.name in given.only for _, target in TARGETS):
        asyncio.run(services(given.requests, given.seed, report, given.only))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
