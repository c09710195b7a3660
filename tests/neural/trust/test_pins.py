"""Pinned trust by the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest

from neural.domain.trust.rater_trust import TRUST_NEUTRAL
from neural.trust.rounds import TrustRound, TrustRounds
from radiant.neural.v1 import learning_service_pb2 as pb
from tests.neural.fixtures.service import ACME, NeuralService, open_service
from tests.neural.fixtures.stack import LearningStack, no_op, open_stack
from tests.support.suite import token


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[NeuralService]:
    """Gives a running service."""
    async with open_service(database_url, redis_url) as service:
        yield service


def pin(user: str = "u", trust: float = 0.3, **more: Any) -> pb.PinTrustScoreRequest:
    """Returns a request to pin."""
    return pb.PinTrustScoreRequest(request_id=str(uuid4()), user_id=user, trust=trust, reason="confirmed", **more)


def clear(user: str = "u") -> pb.ClearTrustScoreRequest:
    """Returns a request to clear."""
    return pb.ClearTrustScoreRequest(request_id=str(uuid4()), user_id=user)


async def call(neural: NeuralService, method: str, request: Any, caller: grpc.aio.Metadata = ACME) -> Any:
    """Returns the answer of a call."""
    return await getattr(neural.learning, method)(request, metadata=caller, timeout=30)


async def evidence(neural: NeuralService) -> float:
    """Returns the evidence of the unit of output x."""
    shown = await call(neural, "LearnOutput", pb.LearnOutputRequest(output_id="x"))
    return float(shown.units[0].evidence)


async def learned_evidence(neural: NeuralService) -> int:
    """Returns the evidence in the tenant's cell of all contexts, when the queue is empty."""
    async with asyncio.timeout(10):
        while (await neural.rows("SELECT count(*) FROM ingest.learn_queue"))[0][0]:  # noqa: ASYNC110 - a table has no event
            await asyncio.sleep(0.02)
    query = "SELECT evidence FROM neural.neural_model_scores WHERE user_id = '' AND task_type = ''"
    return int((await neural.rows(query))[0][0])


async def test_pinned_trust_applies_to_earlier_feedback_until_cleared(neural: NeuralService) -> None:
    await neural.feedback.manifest("x", "m")
    await neural.feedback.vote("x", 1)
    assert await evidence(neural) == TRUST_NEUTRAL
    full = await learned_evidence(neural)
    score = (await call(neural, "PinTrustScore", pin())).score
    assert (score.user_id, score.trust, score.pinned, score.outlier) == ("u", 0.3, True, False)
    factors = {each.name: each for each in score.factors}
    assert set(factors) == {"account_age", "volume", "diversity", "alignment", "experience", "pinned"}
    assert factors["pinned"].explanation.endswith(": confirmed")
    assert await learned_evidence(neural) == pytest.approx(full * 0.3 / TRUST_NEUTRAL, rel=1e-9)
    listed = await call(neural, "ListTrustScores", pb.ListTrustScoresRequest())
    assert list(listed.scores) == [score]
    score = (await call(neural, "ClearTrustScore", clear())).score
    assert (score.trust, score.pinned, len(score.factors)) == (TRUST_NEUTRAL, False, 5)
    assert await learned_evidence(neural) == full


async def test_pin_repeated_with_same_request_id_returns_first_answer(neural: NeuralService) -> None:
    request = pin()
    first = await call(neural, "PinTrustScore", request)
    await call(neural, "ClearTrustScore", clear())
    assert await call(neural, "PinTrustScore", request) == first
    assert (await neural.rows("SELECT pinned FROM neural.user_trust_scores"))[0][0] is False
    request.trust = 0.4
    with pytest.raises(grpc.aio.AioRpcError, match="request_id"):
        await call(neural, "PinTrustScore", request)


async def test_clear_of_unknown_rater_is_not_found(neural: NeuralService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(neural, "ClearTrustScore", clear("unknown"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_pin_by_other_role_is_denied(neural: NeuralService) -> None:
    for method, request in (("PinTrustScore", pin()), ("ClearTrustScore", clear())):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(neural, method, request, token("acme", "service", "expert"))
        assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED, method


async def test_pin_with_trust_out_of_range_is_rejected(neural: NeuralService) -> None:
    for trust in (0.0, 0.09, 1.01, -1.0, float("nan"), float("inf")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(neural, "PinTrustScore", pin(trust=trust))
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, trust


async def test_round_does_not_change_pinned_trust(neural: NeuralService, database_url: str, redis_url: str) -> None:
    await neural.feedback.rate("m", [1, -1], "u")
    await learned_evidence(neural)
    await call(neural, "PinTrustScore", pin(trust=0.2))
    await learned_evidence(neural)
    async with open_stack(database_url, redis_url) as stack:
        assert await TrustRounds(stack.database, no_op).recompute() == TrustRound(1, 0)
        await assert_pinned(stack)


async def assert_pinned(stack: LearningStack) -> None:
    (row,) = await stack.rows("SELECT trust, pinned FROM neural.user_trust_scores WHERE user_id = 'u'")
    assert tuple(row) == (0.2, True)
