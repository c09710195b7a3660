"""Propensities: a distribution, exactly the one that is drawn from, and the one that the strategy promises."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from neural.boards.table import BoardTable
from neural.domain.constraints import Demand, Profile
from neural.domain.model import ANY, Board, BoardKey, BoardRow, LearningMode, Scope, Strategy
from neural.domain.policy import propensities
from neural.domain.shrinkage import Estimate, Level
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.ranking import board_keys
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.world import YESTERDAY

DRAWS = 20_000
arms = st.lists(st.tuples(st.floats(0, 1), st.floats(2, 500), st.floats(0, 1)), min_size=1, max_size=12)


def arm(mean: float, evidence: float, levels: tuple[Level, ...] = (), model: str = "m") -> Estimate:
    """Builds an estimate."""
    return Estimate(model, mean, evidence, None, 0.0, 0, 0, 0, levels)


def level(scope: Scope, score: float, confidence: float) -> Level:
    """Builds what one scope says."""
    return Level(scope, "chat", "general", score, confidence * 20, confidence, 20, score)


@given(arms, st.sampled_from(list(Strategy)), st.floats(0, 1))
def test_they_are_a_distribution(drawn: list[tuple[float, float, float]], strategy: Strategy, epsilon: float) -> None:
    estimates = [arm(mean, evidence) for mean, evidence, _ in drawn]
    chances = propensities(estimates, [cost for _, _, cost in drawn], strategy, epsilon, 0.5)
    assert len(chances) == len(drawn)
    assert sum(chances) == pytest.approx(1, abs=1e-12)
    assert min(chances) >= 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
@pytest.mark.parametrize(("mean", "evidence"), [(0.5, 2), (0.8, 60), (0.0, 30), (1.0, 30), (0.3, 1e5)])
def test_equals_are_chosen_equally_often(count: int, mean: float, evidence: float) -> None:
    chances = propensities([arm(mean, evidence)] * count, [0.0] * count, Strategy.THOMPSON, 0.1, 0.5)
    assert chances == pytest.approx([1 / count] * count, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_thompson_agrees_with_draws_from_the_posteriors(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 7))
    means, evidence = chance.uniform(0.05, 0.95, count), chance.uniform(3, 300, count)
    costs = chance.uniform(0, 0.3, count) * (seed % 2)
    estimates = [arm(float(mean), float(n)) for mean, n in zip(means, evidence, strict=True)]
    drawn = chance.beta(means * evidence, (1 - means) * evidence, size=(200_000, count)) - costs
    frequencies = np.bincount(np.argmax(drawn, axis=1), minlength=count) / len(drawn)
    chances = propensities(estimates, list(costs), Strategy.THOMPSON, 0.1, 0.5)
    assert chances == pytest.approx(frequencies, abs=0.01)


def test_cost_shifts_the_choice() -> None:
    estimates, costs = [arm(0.8, 50), arm(0.75, 50)], ([0.0, 0.0], [0.2, 0.0])
    for strategy in (Strategy.THOMPSON, Strategy.GREEDY, Strategy.EPSILON_GREEDY):
        free, dear = (propensities(estimates, cost, strategy, 0.1, 0.5) for cost in costs)
        assert free[0] > free[1]
        assert dear[0] < dear[1]


def test_greedy_and_epsilon_greedy() -> None:
    estimates = [arm(0.2, 9), arm(0.9, 9), arm(0.9, 90), arm(0.1, 9)]
    assert propensities(estimates, [0.0] * 4, Strategy.GREEDY, 0.1, 0.5) == [0, 1, 0, 0]
    chances = propensities(estimates, [0.0] * 4, Strategy.EPSILON_GREEDY, 0.2, 0.5)
    assert chances == pytest.approx([0.05, 0.85, 0.05, 0.05])


def test_scope_fallback_takes_the_best_score_at_the_first_confident_scope() -> None:
    everyone = level(Scope.GLOBAL, 0.4, 1.0), level(Scope.TENANT, 0.3, 0.6)
    a = arm(0.1, 9, (*everyone, level(Scope.USER, 0.9, 0.4)))
    b = arm(0.9, 9, (level(Scope.GLOBAL, 0.1, 1.0), level(Scope.TENANT, 0.2, 0.5), level(Scope.USER, 0.99, 0.49)))
    assert propensities([a, b], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.5) == [1, 0]
    assert propensities([a, b], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.45) == [0, 1]
    c = arm(0.2, 9, (level(Scope.GLOBAL, 0.1, 0.2),))
    assert propensities([c, arm(0.3, 2)], [0, 0], Strategy.SCOPE_FALLBACK, 0.1, 0.5) == [0, 1]


class Fixed:
    """Boards of a tenant whose users like n a little better than m, and k not at all."""

    async def get(self, keys: object) -> dict[BoardKey, Board]:
        """Has nothing."""
        return {}

    async def put(self, boards: object) -> bool:
        """Keeps nothing."""
        return True

    async def read(self, tenant: str, keys: object) -> list[Board]:
        """Returns all boards of the question."""
        rows = {
            model: BoardRow(model=model, model_version="", evidence=12.0, score=score, total=12)
            for model, score in (("m", 0.6), ("n", 0.65), ("k", 0.0))
        }
        return [
            Board(
                key=key,
                revision="1",
                version=1,
                half_life=timedelta(days=3650),
                mode=LearningMode.EVIDENCE_WEIGHTED,
                computed_at=YESTERDAY,
                rows=rows if key.tenant_id != ANY else {},
            )
            for key in board_keys("acme", "u", "chat", "general")
        ]


@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("weight", [0.0, 0.5])
async def test_what_is_drawn_has_the_propensities_that_are_told(strategy: Strategy, weight: float) -> None:
    source = Fixed()
    settings = RecommendSettings(strategy=strategy, epsilon=0.3)
    recommender = Recommender(BoardTable(source, source, 100), DecisionLog(None, 0), settings)  # type: ignore[arg-type]
    profiles = {"n": Profile(cost=1.0), "m": Profile(cost=0.9)}
    demand = Demand(
        user_id="u", task_type="chat", domain_mode="general", cost_weight=weight, profiles=profiles, strategy=None
    )
    told: dict[str, float] = {}
    counts: Counter[str] = Counter()
    first = await recommender.decide("acme", b"q", demand)
    for each in first.prepared.ranking.candidates:
        told[each.estimate.model] = each.propensity
    for _ in range(DRAWS):
        decision = recommender._draw("acme", first.prepared)
        assert decision.chosen is not None
        counts[decision.chosen.estimate.model] += 1
        assert decision.chosen.propensity == told[decision.chosen.estimate.model]
    assert set(told) == {"m", "n", "k"}
    assert all(counts[model] == 0 for model, chance in told.items() if chance == 0)
    possible = [model for model, chance in told.items() if chance > 0]
    if len(possible) > 1:
        expected = [told[model] * DRAWS for model in possible]
        assert chisquare([counts[model] for model in possible], expected).pvalue > 1e-6
    else:
        assert counts[possible[0]] == DRAWS
