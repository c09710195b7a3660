"""Operators pin and clear trust by the API, once per request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest

from neural.trust.rounds import Round, Trusting
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.neural.serving import ACME, Serving, serving
from tests.neural.works import Works, quiet, works
from tests.support.suite import token


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[Serving]:
    """Gives a running service."""
    async with serving(database_url, redis_url) as service:
        yield service


def pin(user: str = "u", trust: float = 0.3, **more: Any) -> pb.PinTrustScoreRequest:
    """Builds a request to pin."""
    return pb.PinTrustScoreRequest(request_id=str(uuid4()), user_id=user, trust=trust, reason="seen at it", **more)


def clear(user: str = "u") -> pb.ClearTrustScoreRequest:
    """Builds a request to clear."""
    return pb.ClearTrustScoreRequest(request_id=str(uuid4()), user_id=user)


async def said(neural: Serving, method: str, request: Any, caller: grpc.aio.Metadata = ACME) -> Any:
    """Makes a call."""
    return await getattr(neural.learning, method)(request, metadata=caller, timeout=30)


async def evidence(neural: Serving) -> float:
    """Returns the mean evidence of the units of output x as learned."""
    shown = await said(neural, "LearnOutput", pb.LearnOutputRequest(output_id="x"))
    return float(shown.units[0].evidence)


async def kept(neural: Serving) -> int:
    """Returns the evidence in the tenant's total cell, once nothing waits."""
    async with asyncio.timeout(10):
        while (await neural.rows("SELECT count(*) FROM ingest.learn_queue"))[0][0]:  # noqa: ASYNC110 - a table is mute
            await asyncio.sleep(0.02)
    query = "SELECT evidence FROM neural.neural_model_scores WHERE user_id = '' AND task_type = ''"
    return int((await neural.rows(query))[0][0])


async def test_a_pin_counts_for_what_was_said_and_can_be_taken_back(neural: Serving) -> None:
    await neural.world.manifest("x", "m")
    await neural.world.vote("x", 1)
    assert await evidence(neural) == 1
    whole = await kept(neural)
    score = (await said(neural, "PinTrustScore", pin())).score
    assert (score.user_id, score.trust, score.pinned, score.outlier) == ("u", 0.3, True, False)
    factors = {each.name: each for each in score.factors}
    assert set(factors) == {"account_age", "volume", "diversity", "alignment", "pinned"}
    assert factors["pinned"].explanation.endswith(": seen at it")
    assert await kept(neural) == pytest.approx(whole * 0.3, rel=1e-9)
    listed = await said(neural, "ListTrustScores", pb.ListTrustScoresRequest())
    assert list(listed.scores) == [score]
    score = (await said(neural, "ClearTrustScore", clear())).score
    assert (score.trust, score.pinned, len(score.factors)) == (1, False, 4)
    assert await kept(neural) == whole


async def test_a_repeat_gets_the_first_answer(neural: Serving) -> None:
    request = pin()
    first = await said(neural, "PinTrustScore", request)
    await said(neural, "ClearTrustScore", clear())
    assert await said(neural, "PinTrustScore", request) == first
    assert (await neural.rows("SELECT pinned FROM neural.user_trust_scores"))[0][0] is False
    request.trust = 0.4
    with pytest.raises(grpc.aio.AioRpcError, match="request_id"):
        await said(neural, "PinTrustScore", request)


async def test_nobody_to_clear(neural: Serving) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await said(neural, "ClearTrustScore", clear("stranger"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("method", ["PinTrustScore", "ClearTrustScore"])
async def test_admins_alone(neural: Serving, method: str) -> None:
    request = pin() if method == "PinTrustScore" else clear()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await said(neural, method, request, token("acme", "service", "expert"))
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("trust", [0.0, 0.09, 1.01, -1.0, float("nan"), float("inf")])
async def test_trust_out_of_range(neural: Serving, trust: float) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await said(neural, "PinTrustScore", pin(trust=trust))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_round_leaves_pins_alone(neural: Serving, database_url: str, redis_url: str) -> None:
    await neural.world.liked("m", [1, -1], "u")
    await kept(neural)
    await said(neural, "PinTrustScore", pin(trust=0.2))
    await kept(neural)
    async with works(database_url, redis_url) as work:
        assert await Trusting(work.database, quiet).recompute() == Round(1, 0)
        await _same(work)


async def _same(work: Works) -> None:
    (row,) = await work.rows("SELECT trust, pinned FROM neural.user_trust_scores WHERE user_id = 'u'")
    assert tuple(row) == (0.2, True)
