"""`python -m bench.learning.replay`: replays recorded outcomes with simulated users and compares policies."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from bench.learning.attacks import collusion_cost, invented_users, quality_drop
from bench.learning.replay import paretobandit, service_replay, tuning
from bench.learning.replay.policies import default_policies
from bench.learning.replay.report import Comparison, plot, print_differences, print_table
from bench.learning.replay.service_parity import check_parity
from bench.learning.replay.simulation import simulate
from bench.learning.replay.streams import draw_streams
from bench.learning.replay.tuned_settings import PARETOBANDIT_ALPHA, PARETOBANDIT_RIDGE
from bench.learning.replay.upper_bounds import hindsight_bounds
from bench.learning.tables import Table, find
from neural.settings import RecommendSettings

TABLES = ("pareto", "agentfc")
CHECKPOINTS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
QUICK_EVENTS, ATTACK_EVENTS, DEFAULT_EVENTS, LONG_EVENTS = 5_000, 10_000, 20_000, 50_000
MODES = ("compare", "tune", "attack", "invented", "drop", "grpc")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.learning.replay", description=__doc__)
    parser.add_argument("tables", nargs="*", default=list(TABLES), help="names of tables; default: pareto and agentfc")
    parser.add_argument("--seeds", type=int, default=20, help="number of seeds")
    parser.add_argument("--first-seed", type=int, default=100, help="first seed; tuning uses 1000 to 1009")
    parser.add_argument("--quick", action="store_true", help=f"three seeds, {QUICK_EVENTS:,} events")
    parser.add_argument("--long", action="store_true", help=f"{LONG_EVENTS:,} events instead of {DEFAULT_EVENTS:,}")
    parser.add_argument("--events", type=int, default=0, help="number of events; 0 for the default")
    parser.add_argument("--plot", type=Path, default=Path("build/replay.png"), help="file of the plot")
    modes = parser.add_mutually_exclusive_group()
    parser.set_defaults(mode="compare")
    for mode, text in (
        ("tune", "search settings on seeds that are not reported"),
        ("attack", f"colluding raters, {ATTACK_EVENTS:,} events"),
        ("invented", "one user with many votes, and invented users with few votes each"),
        ("drop", "the quality of the leading model drops"),
        ("grpc", "replay one seed through the running services"),
    ):
        modes.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode, help=text)
    return parser.parse_args(arguments)


def compare_policies(table: Table, seeds: range, events: int) -> tuple[Comparison, bool]:
    """Runs every policy on a table. Returns the learning curves and whether all bounds are met."""
    started = time.perf_counter()
    streams = draw_streams(table, seeds, events)
    checkpoints = sorted({each for each in CHECKPOINTS if each <= events} | {events})
    print(f"\n{table.name}: {len(table.quality):,} prompts, {len(table.models)} models, {len(seeds)} seeds")
    curves = [simulate(streams, policy, checkpoints) for policy in default_policies(RecommendSettings().priors)]
    if paretobandit.is_installed():
        paretobandit.check_package_parity(streams)
        tuned = paretobandit.BanditSettings(
            name="paretobandit, tuned", alpha=PARETOBANDIT_ALPHA, ridge=PARETOBANDIT_RIDGE
        )
        curves.extend(
            paretobandit.simulate_bandit(streams, checkpoints, each) for each in (paretobandit.DEFAULT, tuned)
        )
    comparison = Comparison(table.name, curves, hindsight_bounds(streams))
    print_table(comparison)
    kept = print_differences(comparison)
    print(f"  {time.perf_counter() - started:.0f} s", flush=True)
    return comparison, kept


def main(arguments: list[str]) -> int:
    """Returns 0 if all bounds are met. Missing tables are skipped."""
    given = _arguments(arguments)
    seeds = range(given.first_seed, given.first_seed + (3 if given.quick else given.seeds))
    tables = find(given.tables)
    for table in tables:
        check_parity(table, given.first_seed)
    if given.mode == "tune":
        return 0 if tuning.run(tables, RecommendSettings().priors) else 1
    if given.mode == "grpc":
        return (
            0
            if asyncio.run(service_replay.run(tables[:1], given.first_seed, given.events or service_replay.EVENTS))
            else 1
        )
    if given.mode != "compare":
        runs = {"attack": collusion_cost.run, "invented": invented_users.run, "drop": quality_drop.run}
        run = runs[given.mode]
        kept = [run(table, seeds, given.events or (QUICK_EVENTS if given.quick else ATTACK_EVENTS)) for table in tables]
        return 0 if all(kept) else 1
    events = given.events or (LONG_EVENTS if given.long else QUICK_EVENTS if given.quick else DEFAULT_EVENTS)
    played = [compare_policies(table, seeds, events) for table in tables]
    if played:
        plot([comparison for comparison, _ in played], given.plot)
    return 0 if all(kept for _, kept in played) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
