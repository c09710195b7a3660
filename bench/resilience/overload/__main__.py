"""`python -m bench.resilience.overload [--seconds S] [--streams N]`: sends load above the suite's capacity.

The exit status is 0 if all bounds are met.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bench.resilience.overload.run import run

OUT = Path("build/reliability/overload.json")


def main() -> int:
    """Returns 1 if a bound was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--streams", type=int, default=10_000)
    given = parser.parse_args()
    report, problems = asyncio.run(run(given.seconds, given.streams))
    report["problems"] = problems
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(report, indent=1))
    print("\n".join(problems) or "All bounds are met.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
