"""`python -m bench [NAME ...]`: runs the benchmarks named, all unless any is."""

import asyncio
import platform
import sys
from os import cpu_count

from bench.learning import simulations
from bench.performance import assignments, evaluation, freshness, gateway, recommendations, signals, startup
from bench.performance.rebuild import run as rebuilding
from bench.performance.stack import servers
from bench.performance.voice import benchmark, sentiment

BENCHMARKS = {
    "recommendations": recommendations.run,
    "signals": signals.run,
    "freshness": freshness.run,
    "assignments": assignments.run,
    "simulations": simulations.run,
    "evaluation": evaluation.run,
    "rebuild": rebuilding.run,
    "sentiment": sentiment.run,
    "voice": benchmark.run,
    "gateway": gateway.run,
    "startup": startup.run,
}


async def main(names: list[str]) -> int:
    """Returns 0 when every bound is kept."""
    print(f"Python {platform.python_version()}, {cpu_count()} cores, {platform.system()} {platform.machine()}")
    kept = True
    for name in names or BENCHMARKS:
        async with servers() as on:
            kept &= await BENCHMARKS[name](on)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
