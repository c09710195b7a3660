"""`python -m bench.fuzz [--requests N] [--runs N] [--seed N]`: fuzzes every RPC and parser; 0 when nothing broke."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import grpc

from bench.fuzz import parsers
from bench.fuzz.areas import AREAS, SLOW
from bench.fuzz.calls import Tally, fuzz
from bench.stack import KEY, servers, service
from cli.services import SERVICES

OUT = Path("build/reliability/fuzz.json")


async def services(requests: int, start: int) -> dict[str, Tally]:
    """Fuzzes every service on real servers."""
    found: dict[str, Tally] = {}
    off = {each.module for each in SERVICES if each.why_off}
    async with servers() as on, contextlib.AsyncExitStack() as stack:
        running = {}
        for module in dict.fromkeys(module for module, _ in AREAS):
            if module in off:
                print(f"{module}: off here, not fuzzed")
                continue
            running[module] = await stack.enter_async_context(service(module, on))
        for module, area in AREAS:
            if module not in running:
                continue
            begun = time.perf_counter()
            with grpc.insecure_channel(running[module].address) as channel:
                tally = await asyncio.to_thread(fuzz, channel, area, requests, KEY, start, tuple(SLOW))
            found[area.name] = tally
            seconds = time.perf_counter() - begun
            shown = ", ".join(f"{status} {count}" for status, count in tally.statuses.most_common())
            print(
                f"{area.name}: {tally.requests} requests in {seconds:.0f} s; {tally.internal} faults; {shown}",
                flush=True,
            )
            for fault in tally.faults:
                print(f"  {fault}")
    return found


def main() -> int:
    """Returns 1 when anything broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="to each service")
    parser.add_argument("--runs", type=int, default=200_000, help="of each parser")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tallies = asyncio.run(services(given.requests, given.seed))
    report: dict[str, Any] = {"seed": given.seed, "services": {}, "parsers": {}}
    for name, tally in tallies.items():
        report["services"][name] = {
            "requests": tally.requests,
            "internal": tally.internal,
            "statuses": dict(tally.statuses),
        }
    broken = sum(tally.internal for tally in tallies.values())
    for name in parsers.SEEDS:
        runs, end = parsers.run(name, given.runs, given.seed)
        report["parsers"][name] = {"runs": runs, "crashes": 1 if end else 0}
        broken += 1 if end else 0
        print(f"parser {name}: {runs} runs, {'broke' if end else 'nothing broke'}", flush=True)
        if end:
            print(end)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(report, indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
