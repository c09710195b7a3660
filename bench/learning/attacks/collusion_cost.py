"""Cost of colluding raters: the loss of held-out quality for honest users."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from itertools import product

import numpy as np

from bench.learning.attacks.collusion import Plan
from bench.learning.attacks.trust_rounds import Defense
from bench.learning.intervals import format_interval, interval
from bench.learning.replay.cells import Cap, NewRaters
from bench.learning.replay.policies import OURS, default_policies
from bench.learning.replay.simulation import LearningCurve, simulate
from bench.learning.replay.streams import draw_streams
from bench.learning.tables import Numbers, Table
from bench.performance.figures import verdict
from neural.settings import RecommendSettings

SHARES, VOLUMES, CAMOUFLAGE = (0.1, 0.2, 0.3), (1.0, 3.0), 0.6
COST_MAX = 0.02
"""Largest allowed cost of the largest share of raters without camouflage."""
DEFENSES = (
    Defense(name="nothing"),
    Defense(name="trust", uses_trust=True),
    Defense(name="trust, limits", uses_trust=True, cap=Cap(), new_raters=NewRaters()),
)
FULL_DEFENSE = DEFENSES[-1]


def plans() -> list[Plan]:
    """Returns all simulated plans."""
    return [
        Plan(share=share, volume=volume, honest=honest, promote=promote)
        for promote, honest, volume, share in product((True, False), (0.0, CAMOUFLAGE), VOLUMES, SHARES)
    ]


def control_plan(plan: Plan) -> Plan:
    """Returns the control of a plan: the same members with honest reactions."""
    return dataclasses.replace(plan, volume=1.0, honest=1.0, promote=True)


def costs(
    table: Table, seeds: range, events: int, defense: Defense, played_plans: Sequence[Plan]
) -> tuple[dict[Plan, Numbers], dict[Plan, Numbers]]:
    """Returns the cost of each plan in held-out quality as served and the quality of each control, by seed."""
    controls = sorted({control_plan(plan) for plan in played_plans}, key=lambda plan: plan.share)
    curve = _curve(table, seeds, events, defense, [*controls, *played_plans])
    parts = np.split(curve.served[events], len(controls) + len(played_plans))
    clean = dict(zip(controls, parts, strict=False))
    paired = zip(played_plans, parts[len(controls) :], strict=True)
    return {plan: clean[control_plan(plan)] - quality for plan, quality in paired}, clean


def _curve(table: Table, seeds: range, events: int, defense: Defense, played_plans: Sequence[Plan]) -> LearningCurve:
    policy = next(each for each in default_policies(RecommendSettings().priors) if each.name == OURS)
    return simulate(
        draw_streams(table, seeds, events, played_plans),
        policy,
        [events],
        turns=1,
        make_learner=defense.learner_factory(events),
    )


def run(table: Table, seeds: range, events: int) -> bool:
    """Prints the cost of each plan under each defense, paired by seed. Returns True if the bound is met."""
    print(f"\n{table.name}: cost of collusion after {events:,} events, {len(seeds)} seeds, served to honest users")
    found: dict[str, dict[Plan, Numbers]] = {}
    plain: dict[Plan, Numbers] = {}
    for defense in DEFENSES:
        started = time.perf_counter()
        found[defense.name], clean = costs(table, seeds, events, defense, plans())
        plain = plain or clean
        for plan, quality in clean.items():
            lost = format_interval(plain[plan] - quality)
            print(
                f"  control, share {plan.share:.0%}: {quality.mean():.4f} under defense {defense.name!r}, cost {lost}"
            )
        print(f"  {time.perf_counter() - started:.0f} s", flush=True)
    print(f"  {'':34}" + "".join(f"{defense.name:28}" for defense in DEFENSES))
    for plan in plans():
        print(f"  {plan!s:34}" + "".join(f"{format_interval(each[plan]):28}" for each in found.values()))
    kept = True
    for plan in (plan for plan in plans() if plan.share == max(SHARES) and not plan.honest):
        for name, each in found.items():
            if name == FULL_DEFENSE.name:
                kept &= verdict(f"cost of {plan}", interval(each[plan])[0], "", COST_MAX, at_least=False)
    return kept
