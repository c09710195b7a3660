"""Propensities of the strategies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural.domain.model import Scope, Strategy
from neural.domain.policy import propensities
from neural.domain.shrinkage import Estimate, Level

arms = st.lists(st.tuples(st.floats(0, 1), st.floats(2, 500), st.floats(0, 1)), min_size=1, max_size=12)


def arm(mean: float, evidence: float, levels: tuple[Level, ...] = (), model: str = "m") -> Estimate:
    """Returns an estimate."""
    return Estimate(model, mean, evidence, None, 0.0, 0, 0, 0, levels)


def level(scope: Scope, score: float, confidence: float) -> Level:
    """Returns the level of one scope."""
    return Level(scope, "chat", "general", score, confidence * 20, confidence, 20, score)


@given(arms, st.sampled_from(list(Strategy)), st.floats(0, 1))
def test_propensities_are_a_distribution(
    drawn: list[tuple[float, float, float]], strategy: Strategy, epsilon: float
) -> None:
    estimates = [arm(mean, evidence) for mean, evidence, _ in drawn]
    chances = propensities(estimates, [cost for _, _, cost in drawn], strategy, epsilon, 0.5)
    assert len(chances) == len(drawn)
    assert sum(chances) == pytest.approx(1, abs=1e-12)
    assert min(chances) >= 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
@pytest.mark.parametrize(("mean", "evidence"), [(0.5, 2), (0.8, 60), (0.0, 30), (1.0, 30), (0.3, 1e5)])
def test_propensities_of_equal_estimates_are_equal(count: int, mean: float, evidence: float) -> None:
    chances = propensities([arm(mean, evidence)] * count, [0.0] * count, Strategy.THOMPSON, 0.1, 0.5)
    assert chances == pytest.approx([1 / count] * count, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_thompson_propensities_equal_frequencies_of_posterior_draws(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 7))
    means, evidence = chance.uniform(0.05, 0.95, count), chance.uniform(3, 300, count)
    costs = chance.uniform(0, 0.3, count) * (seed % 2)
    estimates = [arm(float(mean), float(n)) for mean, n in zip(means, evidence, strict=True)]
    drawn = chance.beta(means * evidence, (1 - means) * evidence, size=(200_000, count)) - costs
    frequencies = np.bincount(np.argmax(drawn, axis=1), minlength=count) / len(drawn)
    chances = propensities(estimates, list(costs), Strategy.THOMPSON, 0.1, 0.5)
    assert chances == pytest.approx(frequencies, abs=0.01)


def test_propensities_decrease_with_penalty() -> None:
    estimates, costs = [arm(0.8, 50), arm(0.75, 50)], ([0.0, 0.0], [0.2, 0.0])
    for strategy in (Strategy.THOMPSON, Strategy.GREEDY, Strategy.EPSILON_GREEDY):
        without, with_cost = (propensities(estimates, cost, strategy, 0.1, 0.5) for cost in costs)
        assert without[0] > without[1]
        assert with_cost[0] < with_cost[1]


def test_propensities_of_greedy_strategies_are_known() -> None:
    estimates = [arm(0.2, 9), arm(0.9, 9), arm(0.9, 90), arm(0.1, 9)]
    assert propensities(estimates, [0.0] * 4, Strategy.GREEDY, 0.1, 0.5) == [0, 1, 0, 0]
    chances = propensities(estimates, [0.0] * 4, Strategy.EPSILON_GREEDY, 0.2, 0.5)
    assert chances == pytest.approx([0.05, 0.85, 0.05, 0.05])


def test_scope_fallback_chooses_best_score_of_narrowest_confident_scope() -> None:
    shared = level(Scope.GLOBAL, 0.4, 1.0), level(Scope.TENANT, 0.3, 0.6)
    a = arm(0.1, 9, (*shared, level(Scope.USER, 0.9, 0.4)))
    b = arm(0.9, 9, (level(Scope.GLOBAL, 0.1, 1.0), level(Scope.TENANT, 0.2, 0.5), level(Scope.USER, 0.99, 0.49)))
    assert propensities([a, b], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.5) == [1, 0]
    assert propensities([a, b], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.45) == [0, 1]
    c = arm(0.2, 9, (level(Scope.GLOBAL, 0.1, 0.2),))
    assert propensities([c, arm(0.3, 2)], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.5) == [0, 1]
