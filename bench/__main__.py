"""`python -m bench [NAME ...]`: runs the named benchmarks; all without a name."""

import argparse
import asyncio
import platform
import sys
from os import cpu_count

from bench.learning import simulations
from bench.performance import assignments, evaluation, freshness, gateway, recommendations, signals, startup
from bench.performance.rebuild import run as rebuilding
from bench.performance.stack import servers
from bench.performance.voice import recognition, sentiment

BENCHMARKS = {
    "recommendations": recommendations.run,
    "signals": signals.run,
    "freshness": freshness.run,
    "assignments": assignments.run,
    "simulations": simulations.run,
    "evaluation": evaluation.run,
    "rebuild": rebuilding.run,
    "sentiment": sentiment.run,
    "voice": recognition.run,
    "gateway": gateway.run,
    "startup": startup.run,
}


async def main(names: list[str]) -> int:
    """Returns 0 if all bounds are met."""
    print(f"Python {platform.python_version()}, {cpu_count()} cores, {platform.system()} {platform.machine()}")
    kept = True
    for name in names or BENCHMARKS:
        async with servers() as on:
            kept &= await BENCHMARKS[name](on)
    return 0 if kept else 1


def parse_names(arguments: list[str]) -> list[str]:
    """Returns the names of benchmarks in the arguments. Exits with status 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names: list[str] = parser.parse_args(arguments).names
    if unknown := sorted(set(names) - set(BENCHMARKS)):
        parser.error(f"unknown benchmarks: {', '.join(unknown)}. Known: {', '.join(BENCHMARKS)}.")
    return names


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parse_names(sys.argv[1:]))))
