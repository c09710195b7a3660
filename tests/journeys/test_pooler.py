"""The suite through PgBouncer in transaction mode."""

import asyncio

from radiant.ingest.v1 import feedback_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from tests.journeys.fixtures.requests import CALL_SECONDS, manifest, question, rebuild, settled, thumb
from tests.support.pgbouncer import needs_pgbouncer, pgbouncer
from tests.support.servers import url_as
from tests.support.suite import Suite, running_suite, token

TENANTS = ("acme", "globex", "initech")
OUTPUTS = 40
SERVER_CONNECTIONS = 3

pytestmark = needs_pgbouncer


async def record(suite: Suite, tenant: str, number: int) -> None:
    """Records one output of a tenant's own model, with a vote."""
    who, output = token(tenant), f"{tenant}-{number}"
    await suite.ingest.RecordManifest(manifest(output, f"of-{tenant}"), metadata=who, timeout=CALL_SECONDS)
    vote = thumb(output, feedback_pb2.RATING_POSITIVE)
    await suite.ingest.SubmitExplicitFeedback(vote, metadata=who, timeout=CALL_SECONDS)


async def test_suite_through_a_pooler_learns_each_vote_once_for_its_tenant(database_url: str, redis_url: str) -> None:
    async with pgbouncer(database_url, connections=SERVER_CONNECTIONS) as address:
        settings = {
            "RADIANT_DATABASE_POOLER": "transaction",
            "RADIANT_DATABASE_DIRECT_URL": url_as("radiant_neural", database_url),
        }
        async with running_suite(address, redis_url, **settings) as suite:
            await asyncio.gather(*(record(suite, tenant, number) for number in range(OUTPUTS) for tenant in TENANTS))
            await settled(suite)
            for state in ("learned", "rebuilt"):
                for tenant in TENANTS:
                    listing = recommend_service_pb2.ListModelScoresRequest(scope=scoring_pb2.SCOPE_USER, user_id="u")
                    who = token(tenant)
                    found = await suite.recommend.ListModelScores(listing, metadata=who, timeout=CALL_SECONDS)
                    counted = [(score.model, score.positive_count) for score in found.scores]
                    assert counted == [(f"of-{tenant}", OUTPUTS)], state
                    answer = await suite.recommend.GetRecommendation(question(), metadata=who, timeout=CALL_SECONDS)
                    assert answer.recommendation.model == f"of-{tenant}"
                await rebuild(suite)
