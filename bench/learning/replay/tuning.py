"""Search for the settings of our policy and of two rivals, by one rule and with grids of equal size.

The rule is the highest held-out quality as served, averaged over checkpoints, tables and seeds. The seeds are not used
in reports. `python -m bench.learning.replay --tune` prints the search; `tuned_settings` holds its result for the
rivals. Our policy is always reported with the product's default settings.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from bench.learning.intervals import format_interval
from bench.learning.replay import paretobandit
from bench.learning.replay.policies import OURS, Policy, Strengths, Thompson, scope_fallback_score, with_samples
from bench.learning.replay.simulation import LearningCurve, simulate
from bench.learning.replay.streams import Streams, draw_streams
from bench.learning.tables import Numbers, Table
from neural.domain.shrinkage import Priors

SEEDS = range(1000, 1010)
CHECKPOINTS = (1_000, 3_000, 10_000)

INFORMATION, STRENGTHS = (2.4, 5.0, 10.0), (1.0, 2.0, 4.0, 8.0)
"""Our policy: evidence of one unit in Thompson sampling, and factor on the default strengths of priors."""
EPSILONS, SAMPLES = (0.02, 0.05, 0.1, 0.2), (2.0, 4.0, 8.0)
"""Formula: share of random choices, and factor on the number of samples from which a scope is confident."""
ALPHAS, RIDGES = (0.1, 0.2, 0.3, 0.5), (0.01, 0.03, 0.1)
"""Paretobandit: exploration and ridge penalty."""

Contestant = Callable[[Streams], LearningCurve]


def scale_priors(priors: Priors, times: float, information: float) -> Priors:
    """Returns priors with the strengths of all priors multiplied by `times`."""
    return dataclasses.replace(
        priors,
        domain=priors.domain * times,
        tenant=priors.tenant * times,
        user=priors.user * times,
        information=information,
    )


def product_policy(priors: Priors) -> Policy:
    """Returns our policy with the priors."""
    return Thompson(OURS, Strengths.of(priors), priors.information)


def grids(priors: Priors) -> Mapping[str, Mapping[str, Contestant]]:
    """Returns the contestants of each grid by the text of their settings."""
    return {
        "ours": {
            f"information {information:g}, priors x{times:g}": _policy(
                product_policy(scale_priors(priors, times, information))
            )
            for information, times in product(INFORMATION, STRENGTHS)
        },
        "formula": {
            f"epsilon {epsilon:g}, samples x{times:g}": _policy(
                Policy("formula", scope_fallback_score(with_samples(priors, times)), epsilon)
            )
            for epsilon, times in product(EPSILONS, SAMPLES)
        },
        "paretobandit": {
            f"alpha {alpha:g}, ridge {ridge:g}": _bandit(
                paretobandit.BanditSettings(name="p", alpha=alpha, ridge=ridge)
            )
            for alpha, ridge in product(ALPHAS, RIDGES)
        },
    }


def _policy(policy: Policy) -> Contestant:
    return lambda streams: simulate(streams, policy, CHECKPOINTS, turns=1)


def _bandit(setting: paretobandit.BanditSettings) -> Contestant:
    return lambda streams: paretobandit.simulate_bandit(streams, CHECKPOINTS, setting, turns=1)


def run(tables: Sequence[Table], priors: Priors) -> bool:
    """Prints each grid and its best setting. Has no bounds."""
    started = time.perf_counter()
    streams = [draw_streams(table, SEEDS, max(CHECKPOINTS)) for table in tables]
    print(f"tuning on {', '.join(table.name for table in tables)}: seeds {SEEDS.start} to {SEEDS.stop - 1}")
    for name, grid in grids(priors).items():
        found: dict[str, Numbers] = {}
        for setting, contestant in grid.items():
            each = [np.mean([curve.served[at] for at in CHECKPOINTS], axis=0) for curve in map(contestant, streams)]
            found[setting] = np.mean(each, axis=0)
            print(f"  {name:14}{setting:32}{found[setting].mean():.4f}", flush=True)
        best = max(found, key=lambda setting: float(found[setting].mean()))
        print(f"  {name}: best is {best}")
        if name == "ours":
            default = found[f"information {priors.information:g}, priors x1"]
            print(f"  best - product default: {format_interval(found[best] - default)}")
    print(f"  {time.perf_counter() - started:.0f} s")
    return True
