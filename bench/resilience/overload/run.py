"""One overload run: each method above its capacity, then hostile clients."""

from __future__ import annotations

from typing import Any

from bench.performance.recommendations import feed, learned
from bench.performance.stack import servers, service
from bench.resilience.overload import hostile_clients
from bench.resilience.overload.saturation import METHODS, overload


async def run(
    seconds: float, streams: int, methods: tuple[str, ...] = tuple(METHODS)
) -> tuple[dict[str, Any], list[str]]:
    """Returns the measurements and the violated bounds."""
    report: dict[str, Any] = {"methods": {}, "hostile": {}}
    problems: list[str] = []
    async with servers() as on, service("ingest", on) as ingest, service("neural", on) as neural:
        await feed(ingest.address)
        await learned(neural.address)
        processes = {"ingest": ingest, "neural": neural}
        for name in methods:
            found = await overload(name, processes[METHODS[name][0]], seconds)
            report["methods"][name] = found.report
            problems += found.problems
            print(f"{name}: {found.report}", flush=True)
        report["hostile"], wrong = await hostile_clients.run(ingest, streams)
        problems += wrong
        print(f"hostile: {report['hostile']}", flush=True)
    return report, problems
