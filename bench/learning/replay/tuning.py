"""Settings of ours and of two rivals, chosen by the same rule from grids of the same size on seeds never reported.

The rule: the highest held-out quality as served, exploring included, averaged over checkpoints, tables and seeds.
The report uses the settings below; `python -m bench.learning.replay --tune` prints the search that chose them.
Ours is reported with the product's own settings, whatever the grid says; only product settings are in its grid.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from bench.learning.intervals import told
from bench.learning.replay import outside
from bench.learning.replay.play import Course, play
from bench.learning.replay.policies import OURS, Policy, Strengths, Thompson, by_fallback, with_samples
from bench.learning.replay.streams import Streams, draw
from bench.learning.tables import Numbers, Table
from neural.domain.shrinkage import Priors

SEEDS = range(1000, 1010)
CHECKPOINTS = (1_000, 3_000, 10_000)

INFORMATION, STRENGTHS = (2.4, 5.0, 10.0), (1.0, 2.0, 4.0, 8.0)
"""Of ours: what a unit is worth to Thompson sampling, and how many times as strong as by default priors are."""
EPSILONS, SAMPLES = (0.02, 0.05, 0.1, 0.2), (2.0, 4.0, 8.0)
"""Of the formula: the share served by lot, and how many times the default samples make a scope confident."""
ALPHAS, RIDGES = (0.1, 0.2, 0.3, 0.5), (0.01, 0.03, 0.1)
"""Of paretobandit."""

Entrant = Callable[[Streams], Course]


def stronger(beliefs: Priors, times: float, information: float) -> Priors:
    """Returns beliefs whose levels act more strongly on one another."""
    return dataclasses.replace(
        beliefs,
        domain=beliefs.domain * times,
        tenant=beliefs.tenant * times,
        user=beliefs.user * times,
        information=information,
    )


def ours(beliefs: Priors) -> Policy:
    """Returns our policy with some beliefs."""
    return Thompson(OURS, Strengths.of(beliefs), beliefs.information)


def grids(beliefs: Priors) -> Mapping[str, Mapping[str, Entrant]]:
    """Returns the settings of each contestant by what they are."""
    return {
        "ours": {
            f"information {information:g}, priors x{times:g}": _policy(ours(stronger(beliefs, times, information)))
            for information, times in product(INFORMATION, STRENGTHS)
        },
        "formula": {
            f"epsilon {epsilon:g}, samples x{times:g}": _policy(
                Policy("formula", by_fallback(with_samples(beliefs, times)), epsilon)
            )
            for epsilon, times in product(EPSILONS, SAMPLES)
        },
        "paretobandit": {
            f"alpha {alpha:g}, ridge {ridge:g}": _outside(outside.Setting(name="p", alpha=alpha, ridge=ridge))
            for alpha, ridge in product(ALPHAS, RIDGES)
        },
    }


def _policy(policy: Policy) -> Entrant:
    return lambda streams: play(streams, policy, CHECKPOINTS, turns=1)


def _outside(setting: outside.Setting) -> Entrant:
    return lambda streams: outside.play(streams, CHECKPOINTS, setting, turns=1)


def run(tables: Sequence[Table], beliefs: Priors) -> bool:
    """Prints each grid and its best setting. Bounds nothing."""
    started = time.perf_counter()
    streams = [draw(table, SEEDS, max(CHECKPOINTS)) for table in tables]
    print(f"tuning on {', '.join(table.name for table in tables)}: seeds {SEEDS.start} to {SEEDS.stop - 1}")
    for name, grid in grids(beliefs).items():
        found: dict[str, Numbers] = {}
        for setting, entrant in grid.items():
            each = [np.mean([course.played[at] for at in CHECKPOINTS], axis=0) for course in map(entrant, streams)]
            found[setting] = np.mean(each, axis=0)
            print(f"  {name:14}{setting:32}{found[setting].mean():.4f}", flush=True)
        best = max(found, key=lambda setting: float(found[setting].mean()))
        print(f"  {name}: best is {best}")
        if name == "ours":
            default = found[f"information {beliefs.information:g}, priors x1"]
            print(f"  best - product default: {told(found[best] - default)}")
    print(f"  {time.perf_counter() - started:.0f} s")
    return True
