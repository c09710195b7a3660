"""Error rates by the API: in listed scores, explanations and recommendations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from neural.reliability import error_rates
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import scoring_pb2
from tests.neural.fixtures.service import NeuralService, open_service, wait_until


@pytest.fixture
async def service(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NeuralService]:
    """Gives a service that reloads error rates at short intervals."""
    monkeypatch.setattr(error_rates, "POLL_INTERVAL", timedelta(seconds=0.05))
    async with open_service(database_url, redis_url) as opened:
        yield opened


async def test_failing_model_is_listed_explained_and_not_recommended(service: NeuralService) -> None:
    now = datetime.now(UTC)
    await service.feedback.rate("m", [1] * 10, "ann", at=now)
    await service.feedback.rate("n", [1, -1], "ann", at=now)

    async def is_recommended(model: str) -> bool:
        return (await service.ask()).model == model

    await wait_until(10, lambda: is_recommended("m"))
    for number in range(40):
        await service.feedback.manifest(f"f{number}", "m", at=now, outcome="error", services=["openai"])
    await wait_until(10, lambda: is_recommended("n"))
    request = pb.ListModelScoresRequest(scope=scoring_pb2.SCOPE_TENANT, model="m")
    listed: pb.ListModelScoresResponse = await service.call("ListModelScores", request)
    overall, of_provider, of_task = listed.reliability
    assert (overall.model, overall.task_type, overall.call_count, overall.error_count) == ("m", "", 50, 40)
    assert overall.error_rate == 0.8
    assert overall.error_rate_lower == pytest.approx(0.692, abs=1e-3)
    assert (of_provider.provider, of_provider.call_count, of_task.task_type) == ("openai", 40, "chat")
    context = pb.RecommendationContext(user_id="u", task_type="chat", candidates=["m", "n"])
    explained: pb.ExplainRecommendationResponse = await service.call(
        "ExplainRecommendation", pb.ExplainRecommendationRequest(context=context)
    )
    assert [each.ranked.model for each in explained.models] == ["n"]
    refused = [(each.model, each.reason) for each in explained.refused]
    assert refused == [("m", "its error rate of 80% exceeds the maximum")]
    assert {each.model for each in explained.reliability} == {"m", "n"}
    scores = [pb.BrainScore(model=model, score=0.5) for model in ("m", "n")]
    ranked = await service.call("RankModels", pb.RankModelsRequest(context=context, scores=scores))
    assert {each.model: each.eligible for each in ranked.scores} == {"m": False, "n": True}
