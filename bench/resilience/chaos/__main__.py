"""`python -m bench.resilience.chaos [--minutes M] [--seed N]`: runs the chaos test and writes its JSON report."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bench.resilience.chaos.run import run

OUT = Path("build/reliability/chaos.json")
SHOWN = 20


def main() -> int:
    """Returns 1 if a guarantee was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    again = f"python -m bench.resilience.chaos --minutes {given.minutes:g} --seed {given.seed}"
    try:
        outcome = asyncio.run(run(given.seed, given.minutes * 60))
    except BaseException:
        print(f"The run was interrupted. Repeat it with: {again}", flush=True)
        raise
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(outcome.report, indent=1))
    report = outcome.report
    print(f"{report['faults']} faults, {report['calls']} calls: {report['statuses']}")
    print(f"{report['counts']}")
    print(
        f"lost {report['lost']}, duplicated {report['doubled']}, unexpected {report['never_said']}, "
        f"not processed {report['unprocessed']}, overdue calls {report['hung']} "
        f"(at most {report['overrun_max_s']:.2f} s late), repeats {report['repeats']}, "
        f"with a different answer {report['repeats_answered_differently']}"
    )
    if outcome.problems:
        print("\n".join(outcome.problems[:SHOWN]))
        print(f"{len(outcome.problems)} problems. Repeat the run with: {again}")
        return 1
    print(f"No guarantee was violated (seed {given.seed}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
