"""The face for a Brain: from which source a decision comes, and that it always comes."""

import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from radiant.neural.v1 import recommend_service_pb2
from radiant_client import InvalidRequest, NoEligibleModel, Radiant
from tests.client.fixtures.fake_services import Refusal, Suite, entry, eventually, part


async def connect(fake: Suite, **settings: Any) -> Radiant:
    """Connects to the fakes."""
    chosen = {"default_model": "fallback", "ready_timeout": 0.05, "rpc_timeout": 2.0, **settings}
    return await Radiant.connect(ingest=fake.address, neural=fake.address, token="secret", **chosen)


@pytest.fixture
async def radiant(fake: Suite) -> AsyncIterator[Radiant]:
    """Gives a client whose table knows two models."""
    fake.recommend.parts.put_nowait(part(entry({"a": 0.25, "b": 0.75})))
    async with await connect(fake, ready_timeout=5.0) as client:
        yield client


async def test_a_fresh_table_decides_without_a_call(fake: Suite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "general", ["a"])
    assert (decision.model, decision.propensity, decision.source) == ("a", 1.0, "table")
    assert fake.recommend.asked == []


async def test_the_user_is_followed_from_then_on(fake: Suite) -> None:
    async with await connect(fake) as radiant:
        radiant.table._follow_interval = 0.0
        await radiant.choose("u7", "chat")
        await eventually(lambda: any("u7" in one.user_ids for one in fake.recommend.watches))


async def test_a_candidate_without_feedback_is_left_to_a_call(fake: Suite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "", ["a", "new"])
    assert (decision.model, decision.source, decision.decision_id) == ("by-call", "rpc", "d1")
    assert (decision.scope, decision.propensity, decision.score) == ("tenant", 0.5, 0.7)
    assert list(fake.recommend.asked[0].context.candidates) == ["a", "new"]


async def test_constraints_are_left_to_a_call(fake: Suite, radiant: Radiant) -> None:
    decision = await radiant.choose("u1", "chat", "", ["a"], cost_max=0.1)
    assert decision.source == "rpc"
    assert fake.recommend.asked[0].context.cost_max == 0.1


async def test_an_old_table_gives_way_to_a_call_and_serves_when_that_fails(fake: Suite) -> None:
    fake.recommend.parts.put_nowait(part(entry({"a": 1.0})))
    async with await connect(fake, ready_timeout=5.0, max_staleness=0.0, rpc_pause=0.0) as radiant:
        assert (await radiant.choose("u1", "chat")).source == "rpc"
        fake.recommend.steps = [Refusal(grpc.StatusCode.INTERNAL)]
        decision = await radiant.choose("u1", "chat")
        assert (decision.model, decision.source) == ("a", "last_table")
        assert decision.staleness_ms > 0.0


async def test_without_any_answer_the_default_decides(fake: Suite) -> None:
    async with await connect(fake) as radiant:
        await fake.server.stop(grace=None)
        decision = await radiant.choose("u1", "chat", "", ["x", "fallback"])
        assert (decision.model, decision.source, decision.propensity) == ("fallback", "default", 1.0)
        began = time.monotonic()
        assert (await radiant.choose("u1", "chat", "", ["x", "y"])).model == "x"
        assert time.monotonic() - began < 0.1
        with pytest.raises(NoEligibleModel):
            await radiant.choose("u1", "chat", excluded=["fallback"])


async def test_an_answer_without_a_model_leads_to_the_default(fake: Suite) -> None:
    async with await connect(fake) as radiant:
        fake.recommend.steps = [recommend_service_pb2.GetRecommendationResponse()]
        assert (await radiant.choose("u1", "chat")).source == "default"


async def test_a_malformed_context_is_told_to_the_caller(fake: Suite) -> None:
    async with await connect(fake) as radiant:
        fake.recommend.steps = [Refusal(grpc.StatusCode.INVALID_ARGUMENT, "task_type")]
        with pytest.raises(InvalidRequest):
            await radiant.choose("u1", "NO SUCH TASK")


async def test_it_mixes_with_what_the_table_knows(radiant: Radiant) -> None:
    mixed = radiant.mix({"a": 0.9, "b": 0.5}, radiant.table.models("u1", "chat", ""))
    assert [one.model for one in mixed] == ["a", "b"]
    assert mixed[0].final == pytest.approx(0.65 * 0.9 + 0.35 * 0.25)
