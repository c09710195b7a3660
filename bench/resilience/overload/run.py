"""One run: each method beyond its capacity, then callers that mean no good."""

from __future__ import annotations

from typing import Any

from bench.performance.recommendations import feed, learned
from bench.performance.stack import servers, service
from bench.resilience.overload import hostile
from bench.resilience.overload.beyond import METHODS, overload


async def play(
    seconds: float, streams: int, methods: tuple[str, ...] = tuple(METHODS)
) -> tuple[dict[str, Any], list[str]]:
    """Returns what was measured and what was not as promised."""
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
        report["hostile"], wrong = await hostile.play(ingest, streams)
        problems += wrong
        print(f"hostile: {report['hostile']}", flush=True)
    return report, problems
