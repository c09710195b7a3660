"""Radiant.choose: the source of a decision in each situation."""

import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.neural.v1 import recommend_service_pb2
from radiant_client import InvalidRequest, NoEligibleModel, Radiant
from tests.client.fixtures.fake_services import FakeSuite, StatusError, entry, eventually, part


async def connect(fake: FakeSuite, **settings: Any) -> Radiant:
    """Returns a client of the fakes."""
    chosen = {"default_model": "fallback", "ready_timeout": 0.05, "rpc_timeout": 2.0, **settings}
    return await Radiant.connect(ingest=fake.address, neural=fake.address, token="secret", **chosen)


@pytest.fixture
async def radiant(fake: FakeSuite) -> AsyncIterator[Radiant]:
    """Yields a client with two models in its table."""
    fake.recommend.parts.put_nowait(part(entry({"a": 0.25, "b": 0.75})))
    async with await connect(fake, ready_timeout=5.0) as client:
        yield client


async def test_choose_with_fresh_table_makes_no_call(fake: FakeSuite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "general", ["a"])
    assert (decision.model, decision.propensity, decision.source) == ("a", 1.0, "table")
    assert fake.recommend.requests == []


async def test_choose_for_new_user_requests_the_entries_of_the_user(fake: FakeSuite) -> None:
    async with await connect(fake) as radiant:
        radiant.table._follow_interval = 0.0
        await radiant.choose("u7", "chat")
        await eventually(lambda: any("u7" in one.user_ids for one in fake.recommend.watches))


async def test_choose_with_unseen_candidate_calls_the_service(fake: FakeSuite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "", ["a", "new"])
    assert (decision.model, decision.source, decision.decision_id) == ("called-model", "rpc", "d1")
    assert (decision.scope, decision.propensity, decision.score) == ("tenant", 0.5, 0.7)
    assert list(fake.recommend.requests[0].context.candidates) == ["a", "new"]


async def test_choose_with_constraints_calls_the_service(fake: FakeSuite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "", ["a"], cost_max=0.1)
    assert decision.source == "rpc"
    assert fake.recommend.requests[0].context.cost_max == 0.1


async def test_choose_with_stale_table_calls_the_service_and_uses_the_table_if_the_call_fails(fake: FakeSuite) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    async with await connect(fake, ready_timeout=5.0, max_staleness=0.0, rpc_pause=0.0) as radiant:
        assert (await radiant.choose("u1", "chat")).source == "rpc"
        fake.recommend.responses = [StatusError(grpc.StatusCode.INTERNAL)]
        decision = await radiant.choose("u1", "chat")
        assert (decision.model, decision.source) == ("a", "last_table")
        assert decision.staleness_ms > 0.0


async def test_choose_without_table_and_service_returns_the_default_model(fake: FakeSuite) -> None:
    async with await connect(fake) as radiant:
        await fake.server.stop(grace=None)
        decision = await radiant.choose("u1", "chat", "", ["x", "fallback"])
        assert (decision.model, decision.source, decision.propensity) == ("fallback", "default", 1.0)
        began = time.monotonic()
        assert (await radiant.choose("u1", "chat", "", ["x", "y"])).model == "x"
        assert time.monotonic() - began < 0.1
        with pytest.raises(NoEligibleModel):
            await radiant.choose("u1", "chat", excluded=["fallback"])


async def test_choose_with_empty_recommendation_returns_the_default_model(fake: FakeSuite) -> None:
    async with await connect(fake) as radiant:
        fake.recommend.responses = [recommend_service_pb2.GetRecommendationResponse()]
        assert (await radiant.choose("u1", "chat")).source == "default"


async def test_choose_with_invalid_context_raises_invalid_request(fake: FakeSuite) -> None:
    async with await connect(fake) as radiant:
        fake.recommend.responses = [StatusError(grpc.StatusCode.INVALID_ARGUMENT, "task_type")]
        with pytest.raises(InvalidRequest):
            await radiant.choose("u1", "NO SUCH TASK")


async def test_mix_with_models_of_the_table_blends_the_scores(radiant: Radiant) -> None:
    mixed = radiant.mix({"a": 0.9, "b": 0.5}, radiant.table.models("u1", "chat", ""))
    assert [one.model for one in mixed] == ["a", "b"]
    assert mixed[0].final == pytest.approx(0.65 * 0.9 + 0.35 * 0.25)
