"""`python -m bench.resilience.attack [--only WORD ...]`: attacks a suite of its own, prints a table, writes a report.

The exit status is 0 if the property held in every attack.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from bench.resilience.attack.attack import Row
from bench.resilience.attack.groups import ATTACKS
from bench.resilience.attack.run import run
from bench.resilience.attack.suite import attacked_suite
from bench.resilience.attack.table import table

OUT = Path("build/reliability/attack.json")


async def attack(only: list[str]) -> int:
    """Runs the attacks whose group or name contains one of the words, or all, and returns the exit status."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # the suite is stopped
    chosen = [each for each in ATTACKS if not only or any(word in f"{each.group} {each.name}" for word in only)]
    async with attacked_suite() as target:
        rows = await run(chosen, target)
    print(table(rows))
    held = sum(each.is_held for each in rows)
    print(f"The property held in {held} of {len(rows)} attacks ({sum(each.seconds for each in rows):.0f} s).")
    if not only:
        write_report(rows)
    return 0 if held == len(rows) else 1


def write_report(rows: list[Row]) -> None:
    """Writes the JSON report, which bench.resilience.report reads."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    report = {"attacks": [asdict(each) for each in rows], "held": sum(each.is_held for each in rows)}
    OUT.write_text(json.dumps(report, indent=1))


def main() -> int:
    """Parses the arguments and runs the attacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="only attacks with one of these words")
    return asyncio.run(attack(parser.parse_args().only))


if __name__ == "__main__":
    sys.exit(main())
