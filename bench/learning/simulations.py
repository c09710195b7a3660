"""(e) Simulated error rates of the statistics of experiments, seeded, with 95 % intervals (Clopper-Pearson).

Outcomes are drawn, summed and passed to the functions that the service calls. For comparison, each figure is printed
beside that of the common simpler method.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.learning.sequential_decisions import false_mismatches, format_interval, leak, rollbacks, uneven_ratio
from bench.performance.figures import verdict
from experiments.analysis.comparisons import compare_groups
from experiments.analysis.confidence_sequence import sequence_of
from experiments.analysis.effect import Effect
from experiments.analysis.means import compare_means
from experiments.analysis.proportions import compare_proportions, z_test
from experiments.analysis.strata import combine_tenants
from experiments.domain.rollout_policy import STEPS
from splits.assignment import edit_effect, variant_of
from splits.model import (
    POSITIVE_RATE,
    Experiment,
    MetricKind,
    OutcomeSummary,
    Variant,
)

SEED = 20260101
ALPHA = 0.05
PEEKED, LOOKS, USERS_PER_LOOK, RATE = 2000, 28, 200, 0.3
CLUSTERED, CLUSTERED_USERS, OUTCOMES_MEAN = 2000, 400, 10
RAMPED = 20_000
FALSE_WINNERS_MAX, CLUSTERED_MAX = 0.05, 0.06

TENANT_SETS, TENANTS = 1000, 6
TAILS, TAIL_USERS, TAIL_SIGMA = 1000, 400, 1.5

Numbers = NDArray[np.float64]


async def run(_: object) -> bool:
    """Runs all simulations without servers. Returns True if all bounds are met."""
    print("(e) statistics of experiments, simulated")
    kept = True
    for simulate in (
        peeking,
        several_outcomes_a_user,
        ramp,
        false_mismatches,
        uneven_ratio,
        leak,
        rollbacks,
        tenants,
        heavy_tails,
    ):
        started = time.perf_counter()
        kept &= simulate(np.random.default_rng(SEED))
        print(f"         {time.perf_counter() - started:.1f} s")
    return kept


def peeking(random: np.random.Generator) -> bool:
    """Tests equal variants every day for four weeks and stops at the first significant result."""
    fixed = sequential = 0
    for _ in range(PEEKED):
        control, treatment = np.cumsum(random.binomial(USERS_PER_LOOK, RATE, (2, LOOKS)), axis=1)
        found_fixed = found_sequential = False
        for look in range(LOOKS):
            users = USERS_PER_LOOK * (look + 1)
            effect = compare_proportions(int(control[look]), users, int(treatment[look]), users, ALPHA)
            found_fixed |= effect.p_value < ALPHA
            found_sequential |= sequence_of(effect, ALPHA).excludes(0.0)
        fixed += found_fixed
        sequential += found_sequential
    format_interval("test of a fixed horizon, for comparison", fixed, PEEKED)
    format_interval("confidence sequence", sequential, PEEKED)
    name = f"false winners under {LOOKS} daily looks"
    return verdict(name, 100 * sequential / PEEKED, " %", 100 * FALSE_WINNERS_MAX, at_least=False)


def several_outcomes_a_user(random: np.random.Generator) -> bool:
    """Compares equal variants whose users differ in their mean outcome and in their number of outcomes."""
    naive = clustered = 0
    for _ in range(CLUSTERED):
        control, treatment = _group(random, "control"), _group(random, "treatment")
        clustered += compare_groups(control, treatment, MetricKind.PROPORTION, ALPHA).p_value < ALPHA
        counts = (round(each) for side in (control, treatment) for each in (side.sum_y, side.sum_m))
        naive += z_test(*counts)[1] < ALPHA
    format_interval("every outcome taken as independent, for comparison", naive, CLUSTERED)
    format_interval("clustered by user", clustered, CLUSTERED)
    name = "false winners under several outcomes a user"
    return verdict(name, 100 * clustered / CLUSTERED, " %", 100 * CLUSTERED_MAX, at_least=False)


def _group(random: np.random.Generator, variant: str) -> OutcomeSummary:
    """Draws users with a mean outcome and a number of outcomes each, and returns their sums."""
    m: Numbers = random.geometric(1 / OUTCOMES_MEAN, CLUSTERED_USERS).astype(np.float64)
    y: Numbers = random.binomial(m.astype(np.int64), random.beta(1.5, 1.5, CLUSTERED_USERS)).astype(np.float64)
    return OutcomeSummary(
        epoch=1,
        variant=variant,
        metric=POSITIVE_RATE,
        users=CLUSTERED_USERS,
        sum_y=float(y.sum()),
        sum_m=float(m.sum()),
        sum_yy=float(y @ y),
        sum_mm=float(m @ m),
        sum_ym=float(y @ m),
        sumsq=float(y.sum()),
    )


def ramp(_: np.random.Generator) -> bool:
    """Raises the traffic step by step and counts treated users whose variant changes."""
    flips = epochs = moved = 0
    before: list[str] = []
    last: Experiment | None = None
    for now in _steps():
        after = [variant_of(now, f"user-{place}") for place in range(RAMPED)]
        opens = last is not None and edit_effect(last, now).opens_new_epoch
        for old, new in zip(before or after, after, strict=True):
            flips += old not in ("", "control") and new != old
            moved += not opens and old != "" and new != old
        epochs += opens
        before, last = after, now
    print(f"         {RAMPED} users, {len(STEPS)} steps, three variants, {epochs} new epochs")
    kept = verdict("treated users who flip", flips, "", 0, at_least=False)
    return verdict("users who move within an epoch", moved, "", 0, at_least=False) and kept


def _steps() -> Iterator[Experiment]:
    """Yields the experiment at each step of the ramp."""
    ways = (Variant(name="control"), Variant(name="a"), Variant(name="b", weight=2.0))
    for step in STEPS:
        yield Experiment(experiment_id="018f3c5e-0000-7000-8000-0000000000d1", variants=ways, traffic=step / 100)


def tenants(random: np.random.Generator) -> bool:
    """Compares equal variants over tenants of different sizes and rates; then one tenant reports a large effect."""
    false = forged = pooled = 0
    for _ in range(TENANT_SETS):
        sizes = random.integers(30, 500, TENANTS)
        rates = random.uniform(0.1, 0.9, TENANTS)
        counts = [
            (int(n), *(int(k) for k in random.binomial(n, rate, 2))) for n, rate in zip(sizes, rates, strict=True)
        ]
        effects = [compare_proportions(control, n, treated, n) for n, control, treated in counts]
        false += combine_tenants(effects, ALPHA)[0].p_value < ALPHA
        counts[0] = (5000, 2500, 500)
        attacked = [compare_proportions(2500, 5000, 500, 5000), *effects[1:]]
        forged += combine_tenants(attacked, ALPHA)[0].p_value < ALPHA
        total = [sum(each) for each in zip(*counts, strict=True)]
        pooled += compare_proportions(total[1], total[0], total[2], total[0]).p_value < ALPHA
    format_interval("equal variants, stratified by tenant", false, TENANT_SETS)
    format_interval("one tenant with 10,000 invented users, pooled, for comparison", pooled, TENANT_SETS)
    format_interval("one tenant with 10,000 invented users, stratified by tenant", forged, TENANT_SETS)
    kept = verdict("false winners over tenants", 100 * false / TENANT_SETS, " %", 100 * CLUSTERED_MAX, at_least=False)
    name = "winners by one tenant"
    return verdict(name, 100 * forged / TENANT_SETS, " %", 100 * CLUSTERED_MAX, at_least=False) and kept


def heavy_tails(random: np.random.Generator) -> bool:
    """Compares equal log-normal latencies, with and without the limit at the 99th percentile of both groups."""
    false = limited = moved = 0
    plain_error = limited_error = 0.0
    for _ in range(TAILS):
        groups: Numbers = random.lognormal(0.0, TAIL_SIGMA, (2, TAIL_USERS))
        plain, kept = _latency_effect(groups), _latency_effect(_limited(groups))
        false, limited = false + (plain.p_value < ALPHA), limited + (kept.p_value < ALPHA)
        plain_error, limited_error = plain_error + plain.error, limited_error + kept.error
        groups[1, 0] = 1e6
        moved += _latency_effect(_limited(groups)).relative_difference > 0.5
    format_interval("log-normal latencies, unlimited, for comparison", false, TAILS)
    format_interval("log-normal latencies, limited at the 99th percentile", limited, TAILS)
    print(f"         mean standard error: {plain_error / TAILS:.3f} unlimited, {limited_error / TAILS:.3f} limited")
    format_interval("means raised by half by one value of 10^6, limited", moved, TAILS)
    name = "false winners under heavy tails"
    return verdict(name, 100 * limited / TAILS, " %", 100 * CLUSTERED_MAX, at_least=False)


def _limited(groups: Numbers) -> Numbers:
    """Returns values limited at the 99th percentile of both groups, as the query of the outcomes does."""
    return np.minimum(groups, np.percentile(groups, 99, method="inverted_cdf"))


def _latency_effect(groups: Numbers) -> Effect:
    sums = [value for group in groups for value in (len(group), float(group.sum()), float(group @ group))]
    return compare_means(int(sums[0]), sums[1], sums[2], int(sums[3]), sums[4], sums[5], ALPHA)
