"""What colluding raters cost in held-out quality, for everybody who is honest."""

from __future__ import annotations

import time
from itertools import product

import numpy as np

from bench.replay.attackers import Plan
from bench.replay.intervals import told
from bench.replay.play import play
from bench.replay.policies import FORMULA, OURS, Policy, line_up
from bench.replay.streams import draw
from bench.replay.tables import Table
from neural.settings import RecommendSettings

SHARES, VOLUMES, CAMOUFLAGE = (0.1, 0.2, 0.3), (1.0, 3.0), 0.6


def plans() -> list[Plan]:
    """Returns every plan that is played."""
    return [
        Plan(share=share, volume=volume, honest=honest, promote=promote)
        for promote, honest, volume, share in product((True, False), (0.0, CAMOUFLAGE), VOLUMES, SHARES)
    ]


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints the cost of each plan to the policies, paired by seed; every rater is trusted fully. Bounds nothing."""
    started = time.perf_counter()
    policies = [each for each in line_up(RecommendSettings().beliefs) if each.name in (FORMULA, OURS)]
    clean = {policy.name: _held(table, seeds, events, policy, None) for policy in policies}
    print(f"\n{table.name}: cost of collusion after {events:,} events, {len(seeds)} seeds, trust 1.0")
    for name, (played, greedy) in clean.items():
        print(f"  {name:16} without: served {played.mean():.4f}, greedy {greedy.mean():.4f}")
    for plan in plans():
        for policy in policies:
            played, greedy = _held(table, seeds, events, policy, plan)
            served, best = told(clean[policy.name][0] - played), told(clean[policy.name][1] - greedy)
            print(f"  {plan!s:34}{policy.name:16} costs served {served}, greedy {best}", flush=True)
    print(f"  {time.perf_counter() - started:.0f} s")
    return True


def _held(table: Table, seeds: range, events: int, policy: Policy, plan: Plan | None) -> tuple[np.ndarray, np.ndarray]:
    course = play(draw(table, seeds, events, plan), policy, [events], turns=1)
    return course.played[events], course.greedy[events]
