"""What colluding raters cost in held-out quality, for everybody who is honest."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from itertools import product

import numpy as np

from bench.learning.attacks.attackers import Plan
from bench.learning.attacks.rounds import Treatment
from bench.learning.intervals import interval, told
from bench.learning.replay.cells import Cap
from bench.learning.replay.play import Course, play
from bench.learning.replay.policies import OURS, line_up
from bench.learning.replay.streams import draw
from bench.learning.tables import Numbers, Table
from bench.performance.figures import verdict
from neural.settings import RecommendSettings

SHARES, VOLUMES, CAMOUFLAGE = (0.1, 0.2, 0.3), (1.0, 3.0), 0.6
COST_MAX = 0.02
"""Of blatant collusion of the largest share."""
TREATMENTS = (
    Treatment(name="nothing"),
    Treatment(name="trust", judged=True),
    Treatment(name="trust, cap", judged=True, cap=Cap()),
)
JUDGED = TREATMENTS[-1]


def plans() -> list[Plan]:
    """Returns every plan that is played."""
    return [
        Plan(share=share, volume=volume, honest=honest, promote=promote)
        for promote, honest, volume, share in product((True, False), (0.0, CAMOUFLAGE), VOLUMES, SHARES)
    ]


def control(plan: Plan) -> Plan:
    """Returns the plan whose members do as everybody does: the same people, nobody of whom lies."""
    return dataclasses.replace(plan, volume=1.0, honest=1.0, promote=True)


def costs(
    table: Table, seeds: range, events: int, treatment: Treatment, played: Sequence[Plan]
) -> tuple[dict[Plan, Numbers], dict[Plan, Numbers]]:
    """Returns by plan what it costs in held-out quality as served, by seed, and the quality of each control."""
    controls = sorted({control(plan) for plan in played}, key=lambda plan: plan.share)
    course = _course(table, seeds, events, treatment, [*controls, *played])
    parts = np.split(course.played[events], len(controls) + len(played))
    clean = dict(zip(controls, parts, strict=False))
    paired = zip(played, parts[len(controls) :], strict=True)
    return {plan: clean[control(plan)] - quality for plan, quality in paired}, clean


def _course(table: Table, seeds: range, events: int, treatment: Treatment, played: Sequence[Plan]) -> Course:
    policy = next(each for each in line_up(RecommendSettings().priors) if each.name == OURS)
    return play(draw(table, seeds, events, played), policy, [events], turns=1, learning=treatment.learning(events))


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints the cost of each plan under each treatment, paired by seed; returns whether the bound is kept."""
    print(f"\n{table.name}: cost of collusion after {events:,} events, {len(seeds)} seeds, served to honest users")
    found: dict[str, dict[Plan, Numbers]] = {}
    plain: dict[Plan, Numbers] = {}
    for treatment in TREATMENTS:
        started = time.perf_counter()
        found[treatment.name], clean = costs(table, seeds, events, treatment, plans())
        plain = plain or clean
        for plan, quality in clean.items():
            lost = told(plain[plan] - quality)
            print(
                f"  without lies, of {plan.share:.0%}: {quality.mean():.4f} under {treatment.name}, which costs {lost}"
            )
        print(f"  {time.perf_counter() - started:.0f} s", flush=True)
    print(f"  {'':34}" + "".join(f"{treatment.name:28}" for treatment in TREATMENTS))
    for plan in plans():
        print(f"  {plan!s:34}" + "".join(f"{told(each[plan]):28}" for each in found.values()))
    kept = True
    for plan in (plan for plan in plans() if plan.share == max(SHARES) and not plan.honest):
        for name, each in found.items():
            if name == JUDGED.name:
                kept &= verdict(f"cost of {plan}", interval(each[plan])[0], "", COST_MAX, at_least=False)
    return kept
