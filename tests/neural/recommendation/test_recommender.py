"""Decisions drawn from prepared rankings."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from scipy.stats import chisquare

from neural.boards.table import BoardTable
from neural.domain.constraints import Profile, RankingRequest
from neural.domain.model import ANY, Board, BoardKey, BoardRow, LearningMode, Strategy
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.ranking import board_keys
from neural.recommendation.recommender import Recommender
from neural.settings import RecommendSettings
from tests.neural.fixtures.feedback import YESTERDAY

DRAWS = 20_000


class FixedBoards:
    """A cache and a source of boards in which n is slightly better than m, and k has the score 0."""

    async def get(self, keys: object) -> dict[BoardKey, Board]:
        """Returns no boards."""
        return {}

    async def put(self, boards: object) -> bool:
        """Stores no boards."""
        return True

    async def read(self, tenant: str, keys: object) -> list[Board]:
        """Returns the boards of all scopes."""
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
async def test_draws_have_logged_propensities(strategy: Strategy, weight: float) -> None:
    source = FixedBoards()
    settings = RecommendSettings(strategy=strategy, epsilon=0.3)
    recommender = Recommender(BoardTable(source, source, 100), DecisionLog(None, 0), settings)  # type: ignore[arg-type]
    profiles = {"n": Profile(cost=1.0), "m": Profile(cost=0.9)}
    request = RankingRequest(
        user_id="u", task_type="chat", domain_mode="general", cost_weight=weight, profiles=profiles, strategy=None
    )
    logged: dict[str, float] = {}
    counts: Counter[str] = Counter()
    first = await recommender.decide("acme", b"q", request)
    for each in first.prepared.ranking.candidates:
        logged[each.estimate.model] = each.propensity
    for _ in range(DRAWS):
        decision = recommender._draw("acme", first.prepared)
        assert decision.chosen is not None
        counts[decision.chosen.estimate.model] += 1
        assert decision.chosen.propensity == logged[decision.chosen.estimate.model]
    assert set(logged) == {"m", "n", "k"}
    assert all(counts[model] == 0 for model, chance in logged.items() if chance == 0)
    possible = [model for model, chance in logged.items() if chance > 0]
    if len(possible) > 1:
        expected = [logged[model] * DRAWS for model in possible]
        assert chisquare([counts[model] for model in possible], expected).pvalue > 1e-6
    else:
        assert counts[possible[0]] == DRAWS
