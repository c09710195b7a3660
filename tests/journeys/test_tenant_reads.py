"""Two tenants with equal identifiers: no call and no table returns rows of the other tenant."""

from __future__ import annotations

from typing import Any

import asyncpg
import grpc

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2
from tests.journeys.fixtures.requests import CALL_SECONDS, manifest, question, settled, signal, thumb
from tests.support.servers import url_as
from tests.support.suite import Suite, running_suite, token

OUTPUTS = 12
TABLES = """
SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'v' AS is_view
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v')
  AND has_table_privilege($2, c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
"""
TRANSIENT = {"learn_queue", "publish_queue", "rebuild_queue"}
"""Tables that are empty after all units are learned."""


async def play(suite: Suite, tenant: str) -> None:
    """Records positive feedback on a model of the tenant, with identifiers that all tenants use."""
    who = token(tenant)
    for number in range(OUTPUTS):
        output = f"o{number}"
        request = manifest(output, "m")
        request.manifest.conversation_id = "c"
        await suite.ingest.RecordManifest(request, metadata=who, timeout=CALL_SECONDS)
        vote = thumb(output, feedback_pb2.RATING_POSITIVE)
        await suite.ingest.SubmitExplicitFeedback(vote, metadata=who, timeout=CALL_SECONDS)
        act = signal(output, feedback_pb2.SIGNAL_TYPE_COPY_RESPONSE)
        await suite.ingest.SubmitImplicitSignal(act, metadata=who, timeout=CALL_SECONDS)
    await suite.recommend.GetRecommendation(question("m"), metadata=who, timeout=CALL_SECONDS)
    await settled(suite)


async def unknown(call: Any, request: Any) -> bool:
    """Returns True if the call of the other tenant ends with NOT_FOUND."""
    try:
        await call(request, metadata=token("globex"), timeout=CALL_SECONDS)
    except grpc.aio.AioRpcError as error:
        return error.code() == grpc.StatusCode.NOT_FOUND
    return False


async def test_reads_return_no_data_of_another_tenant(database_url: str, redis_url: str) -> None:
    async with running_suite(database_url, redis_url) as suite:
        await play(suite, "acme")
        who: Any = {"metadata": token("globex"), "timeout": CALL_SECONDS}
        context = recommend_service_pb2.RecommendationContext(user_id="u", task_type="chat", candidates=["m"])
        stats = ingest_service_pb2.GetFeedbackStatsRequest(output_id="o1")
        assert await unknown(suite.ingest.GetFeedbackStats, stats)
        summary = ingest_service_pb2.GetConversationSummaryRequest(conversation_id="c")
        assert await unknown(suite.ingest.GetConversationSummary, summary)
        widget = ingest_service_pb2.GetWidgetConfigRequest(user_id="u", output_id="o1")
        assert (await suite.ingest.GetWidgetConfig(widget, **who)).current_rating == feedback_pb2.RATING_UNSPECIFIED
        assert await unknown(suite.learning.LearnOutput, learning_service_pb2.LearnOutputRequest(output_id="o1"))
        for scope, user in (
            (scoring_pb2.SCOPE_USER, "u"),
            (scoring_pb2.SCOPE_TENANT, ""),
            (scoring_pb2.SCOPE_GLOBAL, ""),
        ):
            listing = recommend_service_pb2.ListModelScoresRequest(scope=scope, user_id=user, include_rollups=True)
            assert list((await suite.recommend.ListModelScores(listing, **who)).scores) == []
        answer = (await suite.recommend.GetRecommendation(question("m"), **who)).recommendation
        assert (answer.confidence, answer.sample_size, answer.scope) == (0, 0, scoring_pb2.SCOPE_UNSPECIFIED)
        batch = recommend_service_pb2.BatchGetRecommendationsRequest(contexts=[context])
        assert (await suite.recommend.BatchGetRecommendations(batch, **who)).recommendations[0].sample_size == 0
        explain = recommend_service_pb2.ExplainRecommendationRequest(context=context)
        levels = (await suite.recommend.ExplainRecommendation(explain, **who)).models[0].levels
        assert {level.evidence for level in levels} == {0}
        scores = [recommend_service_pb2.BrainScore(model="m", score=0.5)]
        mixed = recommend_service_pb2.RankModelsRequest(context=context, scores=scores)
        assert (await suite.recommend.RankModels(mixed, **who)).scores[0].weight == 0
        watch = recommend_service_pb2.WatchRecommendationsRequest(user_ids=["u"])
        call = suite.recommend.WatchRecommendations(watch, metadata=token("globex"))
        first = await call.read()
        assert isinstance(first, recommend_service_pb2.WatchRecommendationsResponse)
        assert (first.snapshot_complete, list(first.entries)) == (True, [])
        call.cancel()
        status = await suite.learning.GetLearningStatus(learning_service_pb2.GetLearningStatusRequest(), **who)
        assert status.learned_units == 0


async def test_tables_return_no_rows_of_another_tenant(database_url: str, redis_url: str) -> None:
    async with running_suite(database_url, redis_url) as suite:
        await play(suite, "acme")
    admin = await asyncpg.connect(database_url)
    filled = set()
    try:
        for role, schemas in (("radiant_ingest", ("ingest",)), ("radiant_neural", ("neural", "ingest_api_v1"))):
            service = await asyncpg.connect(url_as(role, database_url))
            try:
                for schema in schemas:
                    for table in await admin.fetch(TABLES, schema, role):
                        rows = f'SELECT count(*) FROM "{schema}"."{table["name"]}"'
                        if await admin.fetchval(rows):
                            filled.add(f"{schema}.{table['name']}")
                        assert await service.fetchval(rows) == 0, table
                        async with service.transaction():
                            await service.fetchval("SELECT set_config('app.current_tenant_id', 'globex', true)")
                            assert await service.fetchval(f"{rows} WHERE tenant_id = 'acme'") == 0, table
                            await service.fetchval("SELECT set_config('app.current_tenant_id', 'acme', true)")
                            if schema == "ingest" and table["name"] not in TRANSIENT and not table["is_view"]:
                                assert await service.fetchval(rows) == await admin.fetchval(rows), table
            finally:
                await service.close()
    finally:
        await admin.close()
    assert {"ingest.execution_manifests", "ingest.implicit_signals", "neural.neural_model_scores"} <= filled
    assert len(filled) >= 9
