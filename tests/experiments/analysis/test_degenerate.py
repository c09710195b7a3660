"""Outcomes without variance, with few users, or of extreme size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.analysis.comparisons import Comparison, compare_all, compare_groups
from experiments.analysis.confidence_sequence import ConfidenceSequence, sequence_of
from experiments.analysis.effect import Effect
from experiments.analysis.verdict import Analysis, Winner, analyse
from experiments.domain.regression import rollout_metrics
from experiments.domain.rollout_policy import Rollout, decide
from splits.model import (
    COST,
    LATENCY,
    MEAN_SCORE,
    POSITIVE_RATE,
    Experiment,
    Metric,
    MetricKind,
    OutcomeSummary,
    State,
    Variant,
    WinnerRule,
)
from tests.experiments.fixtures.summaries import clustered, known, numbers, rate

NOW = datetime(2026, 1, 8, tzinfo=UTC)
NAMES = ("control", "new")
EXPERIMENT = Experiment(
    experiment_id="e",
    state=State.RUNNING,
    variants=tuple(Variant(name=name) for name in NAMES),
    started_at=NOW - timedelta(hours=168),
    winner_rule=WinnerRule.NON_INFERIOR_CHEAPER,
)


def weighted(variant: str, values: list[float], metric: str, weight: float = 0.5) -> OutcomeSummary:
    """Returns the summary of users with one outcome each, of raters without a trust score."""
    count = len(values)
    if not count:
        return numbers(variant, values, metric)
    return clustered(variant, np.arange(float(count)), np.array(values), np.full(count, weight), metric=metric)


def analysed(experiment: Experiment, summaries: list[OutcomeSummary]) -> Analysis:
    users = {each.variant: each.users for each in summaries if each.metric == POSITIVE_RATE}
    return analyse(experiment, summaries, {"": {1: users}}, NOW)


def comparison(analysis: Analysis, metric: str) -> Comparison:
    return next(each for each in analysis.comparisons if each.metric.name == metric)


@pytest.mark.parametrize("state", [State.RUNNING, State.COMPLETED])
@pytest.mark.parametrize("positive", [1350, 1500], ids=["90 % positive", "all positive"])
@pytest.mark.parametrize("weight", [0.5, 1.0])
def test_constant_lower_cost_with_equal_quality_wins(state: State, positive: int, weight: float) -> None:
    quality = [float(number < positive) for number in range(1500)]
    summaries = [weighted(name, quality, POSITIVE_RATE, weight) for name in NAMES]
    summaries += [numbers("control", [0.010] * 1500, COST), numbers("new", [0.005] * 1500, COST)]
    analysis = analysed(replace(EXPERIMENT, state=state), summaries)
    assert (analysis.winner, analysis.winning_variant) == (Winner.TREATMENT, "new")
    assert analysis.should_deploy
    effect = comparison(analysis, COST).effect
    assert effect.difference == pytest.approx(-0.005)
    low, high = known(effect.low, effect.high)
    assert low < -0.005 < high < 0
    assert effect.effect_size is None


@pytest.mark.parametrize("treated", [0.010, 0.015], ids=["equal", "higher"])
def test_constant_cost_that_is_not_lower_does_not_win(treated: float) -> None:
    summaries = [rate(name, 1000, 1500) for name in NAMES]
    summaries += [numbers("control", [0.010] * 1500, COST), numbers("new", [treated] * 1500, COST)]
    for state in (State.RUNNING, State.COMPLETED):
        assert analysed(replace(EXPERIMENT, state=state), summaries).winner is Winner.INCONCLUSIVE


@pytest.mark.parametrize(
    ("control", "treatment"),
    [
        (rate("control", 0, 500), rate("new", 500, 500)),
        (weighted("control", [0.0] * 500, POSITIVE_RATE), weighted("new", [1.0] * 500, POSITIVE_RATE)),
        (numbers("control", [0.0] * 500, MEAN_SCORE), numbers("new", [1.0] * 500, MEAN_SCORE)),
    ],
    ids=["proportion", "weighted", "mean"],
)
def test_zeros_against_ones_are_significant(control: OutcomeSummary, treatment: OutcomeSummary) -> None:
    effect = compare_groups(control, treatment, MetricKind.PROPORTION)
    assert effect.p_value < 1e-100
    low, high = known(effect.low, effect.high)
    assert 0.9 < low < high
    sequence = sequence_of(effect)
    assert sequence.p_value < 1e-100
    assert sequence.excludes(0.0)
    loss = analysed(EXPERIMENT, [replace(treatment, variant="control"), replace(control, variant="new")])
    assert loss.comparisons[0].loss_p < 1e-100 or treatment.metric != POSITIVE_RATE


@pytest.mark.parametrize(("users", "p_value"), [(2, 1 / 3), (3, 0.1), (4, 1 / 35), (5, 1 / 126)])
def test_constant_groups_of_few_users_have_the_p_value_of_the_permutation_test(users: int, p_value: float) -> None:
    effect = compare_groups(numbers("control", [3.0] * users, "m"), numbers("new", [7.0] * users, "m"))
    assert effect.p_value >= p_value * (1 - 1e-9)
    assert sequence_of(effect).p_value > 0.1


@pytest.mark.parametrize("kind", MetricKind)
@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 500), (500, 1), (0, 1), (0, 0)])
def test_group_of_fewer_than_two_users_has_no_interval(n: int, m: int, kind: MetricKind) -> None:
    for control, treatment in (
        (rate("control", 0, n), rate("new", m, m)),
        (numbers("control", [0.01] * n, POSITIVE_RATE), numbers("new", [0.02] * m, POSITIVE_RATE)),
    ):
        effect = compare_groups(control, treatment, kind)
        sequence = sequence_of(effect)
        assert (effect.low, effect.high, sequence.low, sequence.high) == (None, None, None, None)
        assert effect.effect_size is None
        assert (effect.p_value > 0.001, sequence.p_value) == (True, 1.0)
        assert not sequence.excludes(0.0)


def test_equal_constants_have_no_interval_and_are_not_worse() -> None:
    effect = compare_groups(numbers("control", [0.1] * 1500, "m"), numbers("new", [0.1] * 1499, "m"))
    assert (effect.p_value, effect.low, effect.high) == (1.0, None, None)
    guarded = replace(EXPERIMENT, metrics=(Metric(name="tokens", is_guardrail=True, margin=0.05),))
    summaries = [each for name in NAMES for each in (rate(name, 900, 1500), numbers(name, [7.0] * 1500, "tokens"))]
    for state in (State.RUNNING, State.COMPLETED):
        criteria = analysed(replace(guarded, state=state), summaries).criteria
        assert next(each.passed for each in criteria if each.name == "guardrail:tokens")


def test_epoch_of_single_users_does_not_change_the_error_of_other_epochs() -> None:
    first = [numbers("control", np.linspace(0, 2, 200), LATENCY), numbers("new", np.linspace(0, 2, 200), LATENCY)]
    second = [numbers("control", [1.0], LATENCY, 2), numbers("new", [500.0], LATENCY, 2)]
    alone, both = (
        next(each.effect for each in compare_all(EXPERIMENT, summaries) if each.metric.name == LATENCY)
        for summaries in (first, [*first, *second])
    )
    assert (both.difference, both.error, both.p_value) == (alone.difference, alone.error, alone.p_value)


def test_latency_above_a_latency_of_zero_fails_the_latency_criterion() -> None:
    summaries = [rate(name, 900, 1500) for name in NAMES]
    summaries += [numbers("control", [0.0] * 1500, LATENCY), numbers("new", [9000.0] * 1500, LATENCY)]
    criteria = analysed(EXPERIMENT, summaries).criteria
    assert not next(each.passed for each in criteria if each.name == "latency")


SIZES = [0.0, 1e-300, 1e-200, 1e-30, 1e-9, 0.01, 1.0, 1e8, 1e30, 1e160, 1e300]
EXTREMES = st.sampled_from([*SIZES, *(-size for size in SIZES)])
GROUP = st.one_of(
    st.lists(EXTREMES, max_size=4),
    st.builds(lambda value, count: [value] * count, EXTREMES, st.sampled_from([1, 2, 3, 100, 1500])),
    st.builds(lambda value, count: [value * (1 + each / 97) for each in range(count)], EXTREMES, st.just(97)),
)
MAGNITUDE_MAX = 1e120


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Yields every number in nested containers with its path."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from leaves(each, f"{path}[{index}]")
    elif isinstance(value, float):
        yield path, value


@given(GROUP, GROUP)
@example([0.010] * 1500, [0.005] * 1500)
@example([1e-300] * 97, [1e300] * 97)
def test_effect_of_degenerate_outcomes_contains_plain_numbers_only(
    control: list[float], treatment: list[float]
) -> None:
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        pairs = [
            (numbers("control", control, COST), numbers("new", treatment, COST)),
            (weighted("control", control, COST), weighted("new", treatment, COST)),
        ]
    for pair in pairs:
        effect = compare_groups(*pair)
        sequence = sequence_of(effect)
        for path, number in leaves([asdict(effect), asdict(sequence), effect.relative_difference]):
            assert abs(number) < MAGNITUDE_MAX, (path, number)  # also fails for NaN
        check_intervals(effect, sequence)


@settings(max_examples=12)
@given(GROUP, GROUP, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([State.RUNNING, State.COMPLETED]))
@example([0.010] * 1500, [0.005] * 1500, 0.5, State.RUNNING)
@example([1e-300] * 97, [1e300] * 97, 1.0, State.COMPLETED)
def test_analysis_of_degenerate_outcomes_contains_plain_numbers_only(
    control: list[float], treatment: list[float], share: float, state: State
) -> None:
    summaries = []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for name, values in zip(NAMES, (control, treatment), strict=True):
            summaries += [rate(name, round(share * len(values)), len(values)), numbers(name, values, COST)]
            summaries += [weighted(name, values, LATENCY), weighted(name, [share] * len(values), MEAN_SCORE)]
    experiment = replace(EXPERIMENT, state=state)
    analysis = analysed(experiment, summaries)
    decision = decide(Rollout(percent=50, stepped_at=NOW), NOW, rollout_metrics(experiment, analysis, "new"))
    for path, number in leaves([asdict(analysis), dict(decision.numbers)]):
        assert abs(number) < MAGNITUDE_MAX, (path, number)
    for each in analysis.comparisons:
        assert all(0 <= p_value <= 1 for p_value in (each.loss_p, each.not_worse_p, each.p_holm))
        check_intervals(each.effect, each.sequence)


def check_intervals(effect: Effect, sequence: ConfidenceSequence) -> None:
    """Checks that p-values are probabilities, and that no interval has a width of 0."""
    assert 0 <= effect.p_value <= 1
    assert 0 <= sequence.p_value <= 1
    for low, high in ((effect.low, effect.high), (sequence.low, sequence.high)):
        assert (low is None) == (high is None)
        if low is not None and high is not None:
            assert low < high
            assert low <= effect.difference <= high
    if effect.users_min < 2:
        assert (effect.low, sequence.low) == (None, None)
