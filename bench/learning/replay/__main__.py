"""`python -m bench.learning.replay`: recorded outcomes, simulated users, every policy, many seeds."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from bench.learning.attacks import attack, drop
from bench.learning.replay import outside, suite, tuning
from bench.learning.replay.check import agree
from bench.learning.replay.chosen import PARETOBANDIT_ALPHA, PARETOBANDIT_RIDGE
from bench.learning.replay.hindsight import hindsight
from bench.learning.replay.play import play
from bench.learning.replay.policies import line_up
from bench.learning.replay.report import Fared, compare, plot, show
from bench.learning.replay.streams import draw
from bench.learning.tables import Table, find
from neural.settings import RecommendSettings

TABLES = ("pareto", "agentfc")
CHECKPOINTS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
QUICK, ATTACKED, SHORT, LONG = 5_000, 10_000, 20_000, 50_000
MODES = ("compare", "tune", "attack", "drop", "grpc")


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.learning.replay", description=__doc__)
    parser.add_argument("tables", nargs="*", default=list(TABLES), help="names of tables; pareto and agentfc if none")
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first-seed", type=int, default=100, help="reported seeds start at 100, tuning at 1000")
    parser.add_argument("--quick", action="store_true", help=f"three seeds, {QUICK:,} events")
    parser.add_argument("--long", action="store_true", help=f"{LONG:,} events instead of {SHORT:,}")
    parser.add_argument("--events", type=int, default=0, help="any other number of events")
    parser.add_argument("--plot", type=Path, default=Path("build/replay.png"), help="where the plot goes")
    modes = parser.add_mutually_exclusive_group()
    parser.set_defaults(mode="compare")
    for mode, what in (
        ("tune", "choose settings, on seeds that are never reported"),
        ("attack", f"colluding raters, {ATTACKED:,} events"),
        ("drop", "the leading model gets worse"),
        ("grpc", "one seed through the services themselves"),
    ):
        modes.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode, help=what)
    return parser.parse_args(words)


def compare_on(table: Table, seeds: range, events: int) -> tuple[Fared, bool]:
    """Plays every policy on a table and returns how they fared and whether the bounds are kept."""
    started = time.perf_counter()
    streams = draw(table, seeds, events)
    checkpoints = sorted({each for each in CHECKPOINTS if each <= events} | {events})
    print(f"\n{table.name}: {len(table.quality):,} prompts, {len(table.models)} models, {len(seeds)} seeds")
    courses = [play(streams, policy, checkpoints) for policy in line_up(RecommendSettings().priors)]
    if outside.installed():
        outside.check(streams)
        tuned = outside.Setting(name="paretobandit, tuned", alpha=PARETOBANDIT_ALPHA, ridge=PARETOBANDIT_RIDGE)
        courses.extend(outside.play(streams, checkpoints, each) for each in (outside.DEFAULT, tuned))
    fared = Fared(table.name, courses, hindsight(streams))
    show(fared)
    kept = compare(fared)
    print(f"  {time.perf_counter() - started:.0f} s", flush=True)
    return fared, kept


def main(words: list[str]) -> int:
    """Returns 0 when every bound is kept; tables that are not there are skipped."""
    given = _arguments(words)
    seeds = range(given.first_seed, given.first_seed + (3 if given.quick else given.seeds))
    tables = find(given.tables)
    for table in tables:
        agree(table, given.first_seed)
    if given.mode == "tune":
        return 0 if tuning.run(tables, RecommendSettings().priors) else 1
    if given.mode == "grpc":
        return 0 if asyncio.run(suite.run(tables[:1], given.first_seed, given.events or suite.EVENTS)) else 1
    if given.mode != "compare":
        run = attack.run if given.mode == "attack" else drop.run
        kept = [run(table, seeds, given.events or (QUICK if given.quick else ATTACKED)) for table in tables]
        return 0 if all(kept) else 1
    events = given.events or (LONG if given.long else QUICK if given.quick else SHORT)
    played = [compare_on(table, seeds, events) for table in tables]
    if played:
        plot([fared for fared, _ in played], given.plot)
    return 0 if all(kept for _, kept in played) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
