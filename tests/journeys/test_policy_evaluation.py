"""Policies are evaluated on decisions that clients make from their local tables."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from radiant.ingest.v1 import feedback_pb2
from radiant.neural.v1 import learning_service_pb2, scoring_pb2
from radiant_client import Decision, Radiant
from tests.journeys.fixtures.requests import CALL_SECONDS, manifest, settled, thumb
from tests.support.suite import Suite, running_suite, token

DECISIONS = 2300
USERS = 46
MODELS = ("a", "b")
CALLS_AT_ONCE = 64
NO_UPLOAD: dict[str, Any] = {"upload_decisions": False}


@pytest.fixture
async def suite(database_url: str, redis_url: str) -> AsyncIterator[Suite]:
    """Yields a suite whose tenants acme and globex have feedback on both models."""
    async with running_suite(database_url, redis_url, RADIANT_EXPLICIT_PER_USER_HOUR="10000") as running:
        for tenant in ("acme", "globex"):
            for number in range(12):
                rating = feedback_pb2.RATING_POSITIVE if number % 3 else feedback_pb2.RATING_NEGATIVE
                await record(running, tenant, f"seed-{number}", MODELS[number % 2], "seed", rating)
        await settled(running)
        yield running


async def record(
    suite: Suite,
    tenant: str,
    output: str,
    model: str,
    user: str,
    rating: feedback_pb2.Rating.ValueType,
    decision: Decision | None = None,
    *,
    only_id: bool = True,
) -> None:
    """Records an output that followed a decision, with the vote of its user."""
    request = manifest(output, model, user=user)
    request.manifest.ClearField("create_time")
    if decision is not None and only_id:
        request.manifest.decision_id = decision.decision_id
    elif decision is not None:
        decision.write_to(request.manifest)
    await suite.ingest.RecordManifest(request, metadata=token(tenant), timeout=CALL_SECONDS)
    vote = thumb(output, rating, user=user)
    await suite.ingest.SubmitExplicitFeedback(vote, metadata=token(tenant), timeout=CALL_SECONDS)


def client(suite: Suite, tenant: str = "acme", **more: Any) -> Any:
    """Returns a client that decides by its local table."""
    bearer = str(dict(token(tenant))["authorization"]).removeprefix("Bearer ")
    return Radiant.connect(
        ingest=suite.ingest_process.address,
        neural=suite.neural_process.address,
        token=bearer,
        default_model="a",
        ready_timeout=10,
        strategy="thompson",
        **more,
    )


async def decide(radiant: Radiant, count: int) -> list[Decision]:
    """Returns decisions for the users in turn, all made from the table."""
    decisions = [await radiant.choose(f"u{number % USERS}", "chat", "", MODELS) for number in range(count)]
    assert {decision.source for decision in decisions} == {"table"}
    return decisions


async def follow(suite: Suite, decisions: Sequence[Decision], tenant: str = "acme", *, only_id: bool = True) -> None:
    """Records the outputs of decisions with votes: three of four positive for b, one of four for a."""
    lot, free = random.Random(1), asyncio.Semaphore(CALLS_AT_ONCE)

    async def one(number: int, decision: Decision) -> None:
        is_positive = lot.random() < (0.75 if decision.model == "b" else 0.25)
        rating = feedback_pb2.RATING_POSITIVE if is_positive else feedback_pb2.RATING_NEGATIVE
        async with free:
            output = f"o-{decision.decision_id}"
            await record(suite, tenant, output, decision.model, f"u{number % USERS}", rating, decision, only_id=only_id)

    await asyncio.gather(*(one(number, decision) for number, decision in enumerate(decisions)))


async def evaluate(suite: Suite, tenant: str = "acme") -> learning_service_pb2.EvaluatePolicyResponse:
    """Returns the evaluation of the strategy that the clients use."""
    request = learning_service_pb2.EvaluatePolicyRequest(strategy=scoring_pb2.STRATEGY_THOMPSON)
    return await suite.learning.EvaluatePolicy(request, metadata=token(tenant, "admin"), timeout=60)


def excluded(found: learning_service_pb2.EvaluatePolicyResponse) -> dict[str, int]:
    """Returns the number of excluded decisions by reason."""
    names = learning_service_pb2.DecisionExclusion
    return {names.Name(one.reason).removeprefix("DECISION_EXCLUSION_").lower(): one.count for one in found.excluded}


async def test_decisions_of_a_client_are_all_evaluated(suite: Suite) -> None:
    async with await client(suite) as radiant:
        decisions = await decide(radiant, DECISIONS)
        await follow(suite, decisions)
        await radiant.decisions.flush()
        health = radiant.health().decisions
        assert (health.recorded, health.queued, health.dropped, health.rejected) == (DECISIONS, 0, 0, 0)
    found = await evaluate(suite)
    assert found.events == DECISIONS
    assert (found.decisions, excluded(found)) == (DECISIONS, {})
    assert found.client_events == DECISIONS
    assert found.enough_data, found.explanation
    other = await evaluate(suite, "globex")
    assert (other.events, other.decisions, excluded(other)) == (0, 0, {})


async def test_decisions_of_manifests_alone_are_evaluated_and_the_others_counted_by_reason(suite: Suite) -> None:
    async with await client(suite, **NO_UPLOAD) as radiant:
        complete, bare = await decide(radiant, 60), await decide(radiant, 8)
    await follow(suite, complete, only_id=False)
    await follow(suite, bare)
    async with await client(suite) as radiant:
        await decide(radiant, 5)
    found = await evaluate(suite)
    assert (found.events, found.client_events, found.decisions) == (60, 60, 73)
    assert excluded(found) == {"no_propensity": 8, "no_manifest": 5}
    assert "60 decisions have feedback" in found.explanation
    assert "Of 73 decisions, these are left out: 8 without a propensity, 5 without a manifest." in found.explanation
