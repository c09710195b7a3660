"""Combination of the effects of tenants: no single tenant decides, and small ones do not distort the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from experiments.analysis.comparisons import Comparison, compare_all, compare_groups
from experiments.analysis.effect import Effect
from experiments.analysis.sample_ratio import mismatched_strata
from experiments.analysis.strata import STRATUM_USERS_MIN, combine_tenants, merge_small
from experiments.analysis.verdict import Winner, analyse
from splits.model import LATENCY, POSITIVE_RATE, Experiment, OutcomeSummary, State, Variant
from tests.experiments.fixtures.summaries import known, numbers, rate

EXPERIMENT = Experiment(
    experiment_id="e", state=State.RUNNING, variants=(Variant(name="control"), Variant(name="treatment"))
)
NOW = datetime(2026, 1, 8, tzinfo=UTC)
HALF = {1: {"control": 0.5, "treatment": 0.5}}


def effect_of(difference: float, users: int = 500, seed: int = 0, level: float = 10.0) -> Effect:
    """Returns the effect on numbers with standard deviation 1."""
    random = np.random.default_rng(seed)
    control, treatment = random.normal(level, 1, users), random.normal(level + difference, 1, users)
    treatment += level + difference - treatment.mean() - (level - control.mean())
    return compare_groups(numbers("control", control, "m"), numbers("treatment", treatment, "m"))


def rates(tenants: Sequence[tuple[int, int, int]], first: int = 0) -> list[OutcomeSummary]:
    """Returns summaries of the positive rate: users per group, and positive users of control and treatment."""
    found = []
    for number, (users, control, treatment) in enumerate(tenants, first):
        for variant, positive in (("control", control), ("treatment", treatment)):
            found.append(replace(rate(variant, positive, users), stratum=f"t{number}"))
    return found


def primary(summaries: Sequence[OutcomeSummary]) -> Comparison:
    return compare_all(EXPERIMENT, summaries)[0]


def test_effect_of_one_tenant_is_that_of_its_users() -> None:
    alone = compare_groups(rate("control", 300, 1000), rate("treatment", 350, 1000))
    whole, required = combine_tenants([alone])
    assert (whole, required) == (alone, [alone])
    without_users = compare_groups(rate("control", 0, 0), rate("treatment", 5, 9))
    assert combine_tenants([alone, without_users])[0] == alone


def test_equal_effect_of_all_tenants_is_significant() -> None:
    whole, required = combine_tenants([effect_of(0.3, seed=seed) for seed in range(5)])
    assert whole.difference == pytest.approx(0.3)
    assert whole.p_value < 1e-6
    assert known(whole.low, whole.high)[0] > 0
    assert len(required) == 5
    assert whole.p_value == max(each.p_value for each in required)
    assert (whole.control_users, whole.treatment_users) == (2500, 2500)


@pytest.mark.parametrize("count", [2, 3, 5, 40])
def test_effect_of_one_tenant_alone_is_not_significant(count: int) -> None:
    effects = [effect_of(0.0, seed=seed) for seed in range(count - 1)]
    whole, _ = combine_tenants([*effects, effect_of(1e6, users=100_000, seed=99)])
    assert whole.p_value > 0.05
    low, high = known(whole.low, whole.high)
    assert low < 0 < high
    if count > 2:
        assert abs(whole.difference) < 1


@pytest.mark.parametrize("count", [4, 5, 40])
def test_effect_of_the_other_tenants_is_not_hidden_by_one(count: int) -> None:
    effects = [effect_of(-0.5, seed=seed) for seed in range(count - 1)]
    for forged in (effect_of(1e6, users=100_000, seed=99), effect_of(0.5, users=100_000, seed=98)):
        whole, _ = combine_tenants([*effects, forged])
        assert whole.p_value < 0.001
        assert whole.difference == pytest.approx(-0.5)
        assert whole.control == pytest.approx(10, abs=0.2)


def test_users_of_small_tenants_are_merged() -> None:
    small = rates([(3, 1, 2)] * 30)
    pooled = rates([(90, 30, 60)])
    pairs = zip(small[::2], small[1::2], strict=True)
    merged, left_out = merge_small({control.stratum: {1: (control, treatment)} for control, treatment in pairs})
    assert sum(each[1][0].users for each in merged) == 90
    assert min(each[1][0].users for each in merged) >= STRATUM_USERS_MIN
    assert (len(merged), left_out) == (4, frozenset())
    assert primary(small).effect.difference == pytest.approx(primary(pooled).effect.difference)
    assert primary(small).effect.error == pytest.approx(primary(pooled).effect.error, rel=0.3)


def test_single_users_of_many_tenants_have_an_error() -> None:
    """A tenant with one user per group has no variance of its own: its difference is 0, 1 or -1."""
    random = np.random.default_rng(4)
    tenants = [(1, int(control), int(treatment)) for control, treatment in random.binomial(1, 0.5, (400, 2))]
    found = primary(rates(tenants)).effect
    assert found.error == pytest.approx(np.sqrt(2 * 0.25 / 400), rel=0.25)
    assert found.p_value > 0.01


def test_false_positives_over_tenants_are_at_most_nominal() -> None:
    """Tenants of different sizes and rates, equal variants; the fixed-horizon test and the confidence sequence."""
    random = np.random.default_rng(12)
    fixed = sequential = losses = 0
    for _ in range(400):
        sizes = random.integers(20, 400, 6)
        tenants = [
            (int(size), *(int(each) for each in random.binomial(size, level, 2)))
            for size, level in zip(sizes, random.uniform(0.1, 0.9, 6), strict=True)
        ]
        found = primary(rates(tenants))  # type: ignore[arg-type]
        fixed += found.effect.p_value < 0.05
        sequential += found.sequence.excludes(0.0)
        losses += found.loss_p < 0.05
    assert fixed <= 400 * 0.05
    assert (sequential, losses) <= (4, 4)


def test_verdict_needs_more_than_one_tenant() -> None:
    equal = [(1000, 500, 500)] * 4
    exposures = {f"t{number}": {1: {"control": 1000, "treatment": 1000}} for number in range(5)}
    for last in ((1000, 500, 1000), (1000, 1000, 0)):
        analysis = analyse(EXPERIMENT, rates([*equal, last]), exposures, NOW, HALF)
        assert analysis.winner is Winner.INCONCLUSIVE
    better = [(1000, 500, 600)] * 4
    assert analyse(EXPERIMENT, rates([*better, (1000, 900, 100)]), exposures, NOW, HALF).winner is Winner.TREATMENT


def test_tenant_with_sample_ratio_mismatch_is_left_out() -> None:
    tenants = rates([(500, 250, 250)] * 4)
    forged = [replace(rate("treatment", 0, 5000), stratum="t4"), replace(rate("control", 90, 100), stratum="t4")]
    exposures = {f"t{number}": {1: {"control": 500, "treatment": 500}} for number in range(4)}
    exposures["t4"] = {1: {"control": 100, "treatment": 5000}}
    analysis = analyse(EXPERIMENT, [*tenants, *forged], exposures, NOW, HALF)
    assert (analysis.excluded_strata, analysis.blocked) == (1, "")
    comparison = analysis.comparisons[0]
    assert comparison.metric.name == POSITIVE_RATE
    assert comparison.effect.control_users == comparison.effect.treatment_users == 2000


def test_mismatch_of_many_tenants_blocks_the_verdict() -> None:
    exposures = {f"t{number}": {1: {"control": 300, "treatment": 500}} for number in range(5)}
    assert mismatched_strata(exposures, HALF) == frozenset()
    analysis = analyse(EXPERIMENT, rates([(300, 150, 150)] * 5), exposures, NOW, HALF)
    assert analysis.blocked == "sample ratio mismatch in epoch 1"


@pytest.mark.parametrize(
    "users", [{"control": 0, "treatment": 1}, {"control": 0, "treatment": 9}, {"control": 480, "treatment": 520}]
)
def test_small_or_chance_mismatch_of_a_tenant_is_kept(users: dict[str, int]) -> None:
    others = {f"t{number}": {1: {"control": 500, "treatment": 500}} for number in range(4)}
    assert mismatched_strata({**others, "t4": {1: users}}, HALF) == frozenset()


def test_cost_of_users_of_two_epochs_is_combined_per_tenant() -> None:
    summaries = []
    for tenant in range(3):
        for epoch in (1, 2):
            for variant, level in (("control", 100.0), ("treatment", 90.0)):
                values = np.linspace(level - 5, level + 5, 50) * (1 + tenant)
                summaries.append(replace(numbers(variant, values, LATENCY, epoch), stratum=f"t{tenant}"))
    found = next(each for each in compare_all(EXPERIMENT, summaries) if each.metric.name == LATENCY)
    assert found.effect.test == "tenants"
    assert found.effect.difference == pytest.approx(-20)
    assert found.effect.control_users == 300
    assert found.effect.p_value < 1e-6
    assert found.loss_p == 1
