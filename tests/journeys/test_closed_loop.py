"""The feedback loop: feedback changes recommendations within one second."""

import asyncio

from radiant.ingest.v1 import feedback_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.journeys.fixtures.requests import CALL_SECONDS, manifest, question, rebuild, settled, signal, thumb
from tests.support.suite import Suite, running_suite, token

FRESH_SECONDS_MAX = 1.0


async def like(suite: Suite, tenant: str, model: str, rating: feedback_pb2.Rating.ValueType, outputs: range) -> None:
    """Records votes of one user on outputs of a model."""
    who = token(tenant)
    for number in outputs:
        output = f"{model}-{number}"
        await suite.ingest.RecordManifest(manifest(output, model), metadata=who, timeout=CALL_SECONDS)
        await suite.ingest.SubmitExplicitFeedback(thumb(output, rating), metadata=who, timeout=CALL_SECONDS)


async def test_recommendation_after_feedback_changes_within_a_second(database_url: str, redis_url: str) -> None:
    async with running_suite(database_url, redis_url) as suite:
        who = token("acme")
        before = await suite.recommend.GetRecommendation(question("a", "b"), metadata=who, timeout=CALL_SECONDS)
        assert before.recommendation.confidence == 0
        await like(suite, "acme", "b", feedback_pb2.RATING_POSITIVE, range(12))
        await like(suite, "acme", "a", feedback_pb2.RATING_NEGATIVE, range(12))
        await asyncio.sleep(FRESH_SECONDS_MAX)
        after = (
            await suite.recommend.GetRecommendation(question("a", "b"), metadata=who, timeout=CALL_SECONDS)
        ).recommendation
        assert after.model == "b"
        assert after.scope == scoring_pb2.SCOPE_USER
        assert after.sample_size == 12
        assert after.propensity == 1
        assert "12" in after.reasoning


async def test_feedback_of_one_tenant_does_not_change_another(database_url: str, redis_url: str) -> None:
    async with running_suite(database_url, redis_url) as suite:
        await like(suite, "acme", "b", feedback_pb2.RATING_POSITIVE, range(3))
        await settled(suite)
        for tenant, known in (("acme", True), ("globex", False)):
            who = token(tenant)
            listing = recommend_service_pb2.ListModelScoresRequest(scope=scoring_pb2.SCOPE_USER, user_id="u")
            scores = await suite.recommend.ListModelScores(listing, metadata=who, timeout=CALL_SECONDS)
            assert bool(scores.scores) is known
            answer = await suite.recommend.GetRecommendation(question(), metadata=who, timeout=CALL_SECONDS)
            assert (answer.recommendation.model == "b") is known


async def test_feedback_before_its_manifest_is_learned_after_it(database_url: str, redis_url: str) -> None:
    async with running_suite(database_url, redis_url) as suite:
        who = token("acme")
        await suite.ingest.SubmitImplicitSignal(
            signal("early", feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE), metadata=who, timeout=CALL_SECONDS
        )
        await settled(suite)
        nobody = await suite.recommend.GetRecommendation(question(), metadata=who, timeout=CALL_SECONDS)
        assert nobody.recommendation.model == ""
        await suite.ingest.RecordManifest(manifest("early", "m"), metadata=who, timeout=CALL_SECONDS)
        await settled(suite)
        await asyncio.sleep(FRESH_SECONDS_MAX)
        somebody = await suite.recommend.GetRecommendation(question(), metadata=who, timeout=CALL_SECONDS)
        assert somebody.recommendation.model == "m"
        assert (await rebuild(suite)).changed_cells == 0
