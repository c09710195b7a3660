"""Tenants with few users do not decide about experiments and rollouts over all tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from experiments.analysis.verdict import Analysis, Winner, analyse
from experiments.domain.regression import rollout_metrics
from experiments.domain.rollout_policy import Action, Rollout, RolloutState, decide
from splits.model import LATENCY, Experiment, OutcomeSummary, State, Variant
from tests.experiments.fixtures.summaries import numbers, rate

NOW = datetime(2026, 1, 8, tzinfo=UTC)
HALF = {1: {"control": 0.5, "treatment": 0.5}}
DAY_MS = 8.64e7
EXPERIMENT = Experiment(
    experiment_id="e", state=State.RUNNING, variants=(Variant(name="control"), Variant(name="treatment"))
)
Users = tuple[int, int]
"""Users of control and treatment."""


def latencies(tenant: str, users: Users, levels: tuple[float, float], seed: int = 0) -> list[OutcomeSummary]:
    """Returns the summaries of latencies with a log-normal distribution around the levels, and of equal rates."""
    random = np.random.default_rng(seed)
    found = []
    for variant, count, level in zip(("control", "treatment"), users, levels, strict=True):
        if count:
            found.append(numbers(variant, level * random.lognormal(0, 0.3, count), LATENCY))
            found.append(rate(variant, count // 2, count))
    return [replace(each, stratum=tenant) for each in found]


def analysed(summaries: Sequence[OutcomeSummary], exposed: int = 0) -> Analysis:
    """Returns the analysis of summaries with an exposed user per outcome, or with `exposed` users per group."""
    exposures: dict[str, dict[int, dict[str, int]]] = {}
    for each in summaries:
        users = exposures.setdefault(each.stratum, {1: {}})[1]
        users[each.variant] = max(exposed, each.users, users.get(each.variant, 0))
    return analyse(EXPERIMENT, summaries, exposures, NOW, HALF)


def rollout_action(analysis: Analysis) -> Action:
    rollout = Rollout(state=RolloutState.RUNNING, percent=50, stepped_at=NOW)
    return decide(rollout, NOW, rollout_metrics(EXPERIMENT, analysis, "treatment")).action


@pytest.mark.parametrize("name", ["aaa", "zzz"])
@pytest.mark.parametrize(
    ("honest", "forged", "level"),
    [
        (300, (10, 10), DAY_MS),
        (300, (19, 19), 1e4),
        (300, (19, 19), DAY_MS),
        (300, (0, 60), DAY_MS),
        (1000, (0, 60), DAY_MS),
        (1000, (19, 19), DAY_MS),
    ],
)
def test_small_tenant_beside_one_tenant_is_left_out(honest: int, forged: Users, level: float, name: str) -> None:
    analysis = analysed(
        [*latencies("acme", (honest, honest), (1000, 1000)), *latencies(name, forged, (1.0, level), seed=1)]
    )
    assert rollout_action(analysis) is Action.HOLD
    assert analysis.winner is Winner.INCONCLUSIVE
    assert analysis.excluded_strata == 1
    assert {each.effect.control_users for each in analysis.comparisons} == {honest}


def test_one_tenant_beside_small_tenants_decides() -> None:
    slow = latencies("acme", (300, 300), (1000, 2000))
    small = [*latencies("zy", (5, 5), (2000, 1.0), seed=1), *latencies("zz", (0, 9), (1.0, 1.0), seed=2)]
    assert rollout_action(analysed(slow)) is Action.ROLL_BACK
    assert rollout_action(analysed([*slow, *small])) is Action.ROLL_BACK


def test_small_tenants_together_are_one_stratum() -> None:
    slow = latencies("acme", (300, 300), (1000, 2000))
    others = [each for number in range(6) for each in latencies(f"t{number}", (15, 15), (1000, 2000), seed=number + 1)]
    equal = [each for number in range(6) for each in latencies(f"t{number}", (15, 15), (1000, 1000), seed=number + 1)]
    analysis = analysed([*slow, *others])
    assert (rollout_action(analysis), analysis.excluded_strata) == (Action.ROLL_BACK, 0)
    assert rollout_action(analysed([*slow, *equal])) is Action.HOLD


def test_one_of_few_small_tenants_does_not_decide() -> None:
    """Three tenants are one stratum, of which one tenant reports nearly all users of the treatment."""
    honest = [*latencies("a", (150, 8), (1000, 1000)), *latencies("b", (150, 8), (1000, 1000), seed=1)]
    forged = latencies("c", (0, 150), (1.0, DAY_MS), seed=2)
    analysis = analysed([*honest, *forged])
    assert analysis.comparisons[-1].effect.treatment_users == 166
    assert rollout_action(analysis) is Action.HOLD
    slow = [*latencies("a", (150, 8), (1000, 9000)), *latencies("b", (150, 8), (1000, 9000), seed=1)]
    assert all(each.effect.p_value < 0.01 for each in analysed(slow).comparisons if each.metric.name == LATENCY)


def test_tenant_with_few_outcomes_of_many_users_prevents_decision_of_another_alone() -> None:
    forged = latencies("zz", (200, 200), (1000, 9000))
    few = latencies("acme", (12, 12), (1000, 1000), seed=1)
    assert rollout_action(analysed([*few, *forged])) is Action.ROLL_BACK
    assert rollout_action(analysed([*few, *forged], exposed=1000)) is Action.HOLD
