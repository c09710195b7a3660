"""Verdict and criteria of deployment."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analysis.verdict import Analysis, Winner, analyse
from splits.model import (
    COST,
    LATENCY,
    POSITIVE_RATE,
    Direction,
    Experiment,
    Metric,
    MetricKind,
    OutcomeSummary,
    State,
    Variant,
    WinnerRule,
)
from tests.experiments.fixtures.summaries import numbers, rate

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
PAIR = (Variant(name="control"), Variant(name="new"))
WEEK = timedelta(hours=168)


def experiment(state: State = State.COMPLETED, **changed: Any) -> Experiment:
    fields: dict[str, Any] = {"experiment_id": "e", "state": state, "variants": PAIR, "started_at": STARTED}
    return Experiment(**(fields | changed))


def rates(control: tuple[int, int], new: tuple[int, int]) -> list[OutcomeSummary]:
    return [rate("control", *control), rate("new", *new)]


def verdict(of: Experiment, summaries: list[OutcomeSummary], **changed: Any) -> Analysis:
    """Returns the analysis one week after the start; each user with an outcome counts as exposed."""
    users = {each.variant: each.users for each in summaries if each.metric == POSITIVE_RATE}
    arguments: dict[str, Any] = {"exposures": {"": {1: users}}, "now": STARTED + WEEK}
    return analyse(of, summaries, **(arguments | changed))


def criterion(analysis: Analysis, name: str) -> tuple[float, bool]:
    return next((each.value, each.passed) for each in analysis.criteria if each.name == name)


def numbers_around(mean: float, users: int = 2000) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.linspace(mean * 0.5, mean * 1.5, users)


def test_verdict_with_better_treatment_is_treatment_and_deploys() -> None:
    analysis = verdict(experiment(), rates((1000, 10_000), (1200, 10_000)))
    assert (analysis.winner, analysis.winning_variant) == (Winner.TREATMENT, "new")
    assert analysis.should_deploy
    assert not analysis.may_stop
    assert [each.name for each in analysis.criteria] == [
        "sample_ratio",
        "significance",
        "direction",
        "users",
        "duration",
        "latency",
    ]


def test_verdict_with_worse_treatment_is_control() -> None:
    analysis = verdict(experiment(), rates((1200, 10_000), (1000, 10_000)))
    assert (analysis.winner, analysis.winning_variant) == (Winner.CONTROL, "control")
    assert criterion(analysis, "direction")[1] is False
    assert not analysis.should_deploy


@pytest.mark.parametrize("count", [0, 1000])
def test_verdict_with_equal_outcomes_is_inconclusive(count: int) -> None:
    for state in (State.RUNNING, State.COMPLETED):
        analysis = verdict(experiment(state), rates((count, 1000), (count, 1000)))
        assert analysis.winner is Winner.INCONCLUSIVE
        assert not analysis.should_deploy


def test_verdict_of_running_experiment_uses_confidence_sequence() -> None:
    summaries = rates((100, 1000), (130, 1000))
    assert verdict(experiment(), summaries).winner is Winner.TREATMENT
    running = verdict(experiment(State.RUNNING), summaries)
    assert (running.winner, running.may_stop) == (Winner.INCONCLUSIVE, False)
    assert running.comparisons[0].effect.p_value < 0.05
    clear = verdict(experiment(State.RUNNING), rates((100, 1000), (150, 1000)))
    assert (clear.winner, clear.may_stop) == (Winner.TREATMENT, True)
    assert criterion(clear, "significance")[0] == pytest.approx(0.025838, abs=5e-7)


def test_verdict_of_running_experiment_with_few_users_is_inconclusive() -> None:
    assert verdict(experiment(State.RUNNING), rates((1, 99), (98, 99))).winner is Winner.INCONCLUSIVE


def test_verdict_with_sample_ratio_mismatch_is_blocked() -> None:
    summaries = rates((1000, 10_000), (1500, 11_000))
    analysis = verdict(experiment(), summaries)
    assert analysis.winner is Winner.INCONCLUSIVE
    assert "epoch 1" in analysis.blocked
    assert analysis.sample_ratios[0].is_mismatch
    assert criterion(analysis, "sample_ratio")[1] is False
    planned = {1: {"control": 10, "new": 11}}
    assert verdict(experiment(), summaries, shares=planned).winner is Winner.TREATMENT


@pytest.mark.parametrize(
    ("summaries", "hours", "failed"),
    [
        (rates((100, 999), (300, 999)), 168, "users"),
        (rates((1000, 10_000), (1500, 10_000)), 167.9, "duration"),
        (
            [
                *rates((1000, 10_000), (1500, 10_000)),
                numbers("control", numbers_around(100), LATENCY),
                numbers("new", numbers_around(121), LATENCY),
            ],
            168,
            "latency",
        ),
        (rates((1000, 10_000), (1010, 10_000)), 168, "significance"),
    ],
)
def test_deployment_with_one_failed_criterion_is_refused(
    summaries: list[OutcomeSummary], hours: float, failed: str
) -> None:
    analysis = verdict(experiment(), summaries, now=STARTED + timedelta(hours=hours))
    assert [each.name for each in analysis.criteria if not each.passed] == [failed]
    assert not analysis.should_deploy


@pytest.mark.parametrize(
    ("errors", "passed"), [((100, 105), True), ((100, 200), False), ((0, 0), False), (None, False)]
)
def test_guardrail_passes_only_when_significantly_within_margin(errors: tuple[int, int] | None, passed: bool) -> None:
    metric = Metric(
        name="failures", kind=MetricKind.PROPORTION, direction=Direction.DOWN, is_guardrail=True, margin=0.5
    )
    summaries = rates((1000, 10_000), (1500, 10_000))
    if errors:
        summaries += [
            rate("control", errors[0], 10_000, metric="failures"),
            rate("new", errors[1], 10_000, metric="failures"),
        ]
    analysis = verdict(experiment(metrics=(metric,)), summaries)
    assert criterion(analysis, "guardrail:failures")[1] is passed
    assert analysis.should_deploy is passed


@pytest.mark.parametrize("state", [State.RUNNING, State.COMPLETED])
@pytest.mark.parametrize(
    ("rule", "metric", "positive", "relative_mean", "winner"),
    [
        (WinnerRule.NON_INFERIOR_CHEAPER, COST, 10_000, 0.9, Winner.TREATMENT),
        (WinnerRule.NON_INFERIOR_FASTER, LATENCY, 10_000, 0.9, Winner.TREATMENT),
        (WinnerRule.NON_INFERIOR_CHEAPER, COST, 10_000, 1.1, Winner.INCONCLUSIVE),
        (WinnerRule.NON_INFERIOR_CHEAPER, LATENCY, 10_000, 0.9, Winner.INCONCLUSIVE),
        (WinnerRule.NON_INFERIOR_CHEAPER, COST, 9000, 0.5, Winner.CONTROL),
    ],
)
def test_non_inferiority_rule_requires_gain_of_its_metric(
    state: State, rule: WinnerRule, metric: str, positive: int, relative_mean: float, winner: Winner
) -> None:
    summaries = [
        *rates((10_000, 20_000), (positive, 20_000)),
        numbers("control", numbers_around(1.0), metric),
        numbers("new", numbers_around(relative_mean), metric),
    ]
    analysis = verdict(experiment(state, winner_rule=rule), summaries)
    assert analysis.winner is winner
    assert analysis.should_deploy is (winner is Winner.TREATMENT)


@pytest.mark.slow
def test_verdict_with_several_treatments_is_adjusted_and_names_the_best() -> None:
    three = experiment(variants=(*PAIR, Variant(name="third"), Variant(name="fourth")))
    summaries = [*rates((1000, 10_000), (1200, 10_000)), rate("third", 1300, 10_000), rate("fourth", 1000, 10_000)]
    shares = {1: dict.fromkeys(("control", "new", "third", "fourth"), 0.25)}
    assert verdict(three, summaries, shares=shares).winning_variant == "third"
    barely = [*rates((100, 1000), (130, 1000)), rate("third", 100, 1000), rate("fourth", 101, 1000)]
    assert verdict(three, barely, shares=shares).winner is Winner.INCONCLUSIVE
    one_bad = [*rates((1000, 10_000), (900, 10_000)), rate("third", 1000, 10_000), rate("fourth", 1000, 10_000)]
    assert verdict(three, one_bad, shares=shares).winner is Winner.INCONCLUSIVE


def test_verdict_over_several_epochs_is_stratified() -> None:
    summaries = [
        rate("control", 4500, 9000, 1),
        rate("new", 530, 1000, 1),
        rate("control", 200, 1000, 2),
        rate("new", 2070, 9000, 2),
    ]
    shares = {1: {"control": 0.9, "new": 0.1}, 2: {"control": 0.1, "new": 0.9}}
    exposures = {"": {1: {"control": 9000, "new": 1000}, 2: {"control": 1000, "new": 9000}}}
    analysis = verdict(experiment(), summaries, shares=shares, exposures=exposures)
    assert analysis.winner is Winner.TREATMENT
    assert analysis.comparisons[0].effect.test == "mantel_haenszel"


def test_verdict_without_outcomes_is_inconclusive() -> None:
    for state in State:
        analysis = verdict(replace(experiment(state), started_at=None), [])
        assert analysis.winner is Winner.INCONCLUSIVE
        assert criterion(analysis, "users") == (0, False)


@given(st.lists(st.integers(0, 40), min_size=8, max_size=8), st.sampled_from(State), st.sampled_from(WinnerRule))
def test_analysis_contains_finite_numbers_only(counts: list[int], state: State, rule: WinnerRule) -> None:
    summaries = [
        rate(name, min(counts[index], counts[index + 4]), counts[index + 4], epoch)
        for index, (name, epoch) in enumerate((("control", 1), ("new", 1), ("control", 2), ("new", 2)))
    ]
    summaries += [numbers(name, [float(each) for each in counts[:3]], COST) for name in ("control", "new")]
    values: list[Any] = [asdict(verdict(experiment(state, winner_rule=rule), summaries))]
    while values:
        each = values.pop()
        if isinstance(each, dict):
            values += each.values()
        elif isinstance(each, list | tuple):
            values += each
        elif isinstance(each, float):
            assert math.isfinite(each)
