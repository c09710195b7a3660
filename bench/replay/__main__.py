"""`python -m bench.replay`: recorded outcomes, simulated users, every policy, many seeds."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.replay import attack, outside
from bench.replay.check import agree
from bench.replay.hindsight import hindsight
from bench.replay.play import play
from bench.replay.policies import line_up
from bench.replay.report import compare, plot, show
from bench.replay.streams import draw
from bench.replay.tables import Table, find
from neural.settings import RecommendSettings

TABLES = ("pareto", "agentfc")
CHECKPOINTS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
QUICK, SHORT, LONG = 5_000, 20_000, 50_000


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__)
    parser.add_argument("tables", nargs="*", default=list(TABLES), help="names of tables; pareto and agentfc if none")
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first-seed", type=int, default=0, help="reported seeds start at 0, those for tuning at 1000")
    parser.add_argument("--quick", action="store_true", help=f"three seeds, {QUICK:,} events")
    parser.add_argument("--long", action="store_true", help=f"{LONG:,} events instead of {SHORT:,}")
    parser.add_argument("--events", type=int, default=0, help="any other number of events")
    parser.add_argument("--attack", action="store_true", help=f"colluding raters instead, over {QUICK:,} events")
    parser.add_argument("--plots", type=Path, default=Path("."), help="folder for the plots")
    return parser.parse_args(words)


def compare_on(table: Table, seeds: range, events: int, plots: Path) -> bool:
    """Plays every policy on a table and returns whether the bounds are kept."""
    started = time.perf_counter()
    streams = draw(table, seeds, events)
    checkpoints = sorted({each for each in CHECKPOINTS if each <= events} | {events})
    courses = [play(streams, policy, checkpoints) for policy in line_up(RecommendSettings().beliefs)]
    if outside.installed():
        courses.extend(outside.play(streams, checkpoints, name) for name in outside.ALPHA)
    bounds = hindsight(streams)
    print(f"\n{table.name}: {len(table.quality):,} prompts, {len(table.models)} models, {len(seeds)} seeds")
    show(courses, bounds)
    kept = compare(courses, bounds)
    plot(courses, bounds, plots / f"replay-{table.name}.png")
    print(f"  {time.perf_counter() - started:.0f} s")
    return kept


def main(words: list[str]) -> int:
    """Returns 0 when every bound is kept; tables that are not there are skipped."""
    given = _arguments(words)
    seeds = range(given.first_seed, given.first_seed + (3 if given.quick else given.seeds))
    events = given.events or (LONG if given.long else QUICK if given.quick or given.attack else SHORT)
    kept = True
    for table in find(given.tables):
        agree(table, given.first_seed)
        kept &= attack.run(table, seeds, events) if given.attack else compare_on(table, seeds, events, given.plots)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
