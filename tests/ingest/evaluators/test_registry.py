"""Registered evaluators: their limit, the registration by admins, and the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest

from ingest.evaluators import registry
from radiant.ingest.v1 import evaluator_service_pb2 as pb
from tests.ingest.fixtures.evaluators import ADMIN, call, register, registered
from tests.ingest.fixtures.service import (
    CALLER,
    IngestService,
    new_id,
    open_service,
    problems_of,
    reason_of,
    thumb,
)
from tests.support.suite import token

LIMITS = {"RADIANT_EXPLICIT_PER_USER_HOUR": "2", "RADIANT_EXPLICIT_PER_EVALUATOR_HOUR": "5"}
EVALUATOR = "evaluator:relevance"


@pytest.fixture
async def ingest(database_url: str, redis_url: str) -> AsyncIterator[IngestService]:
    """Yields the running service with low limits."""
    async with open_service(database_url, redis_url, LIMITS) as service:
        yield service


async def accepted(ingest: IngestService, count: int, prefix: str = "o", user: str = EVALUATOR) -> int:
    """Submits votes until one is refused; returns the number of accepted ones."""
    for number in range(count):
        try:
            await ingest.call("SubmitExplicitFeedback", thumb(f"{prefix}{number}", user=user), CALLER)
        except grpc.aio.AioRpcError as refusal:
            if (refusal.code(), reason_of(refusal)) != (grpc.StatusCode.RESOURCE_EXHAUSTED, "USER_PACE"):
                raise
            return number
    return count


async def test_unregistered_evaluator_has_the_limit_of_a_user(ingest: IngestService) -> None:
    assert await accepted(ingest, 4) == 2
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await ingest.call("SubmitExplicitFeedback", thumb("x", user=EVALUATOR), CALLER)
    assert "RegisterEvaluator" in str(refusal.value.details())
    assert "relevance" in str(refusal.value.details())
    assert await accepted(ingest, 2, "p", "person") == 2
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await ingest.call("SubmitExplicitFeedback", thumb("x", user="person"), CALLER)
    assert "RegisterEvaluator" not in str(refusal.value.details())


async def test_registered_evaluator_has_a_limit_of_its_own_in_its_tenant_only(ingest: IngestService) -> None:
    assert await accepted(ingest, 1, user="evaluator:other") == 1
    evaluator = await register(ingest, " relevance\u200b")
    assert (evaluator.name, evaluator.user_id) == ("relevance", EVALUATOR)
    assert await accepted(ingest, 7) == 5
    assert await accepted(ingest, 4, "q", "evaluator:other") == 1
    await ingest.call("SubmitExplicitFeedback", thumb("x", user=EVALUATOR), token("globex"))
    assert await registered(ingest, token("globex", "admin")) == []


async def test_evaluator_in_a_batch_does_not_use_the_limit_of_users(ingest: IngestService) -> None:
    await register(ingest, "relevance")
    assert await accepted(ingest, 4) == 4
    assert await accepted(ingest, 2, "p", "ada") == 2
    assert await accepted(ingest, 1, "q", "ada") == 0
    assert await accepted(ingest, 2, "r") == 1


async def test_removed_evaluator_counts_as_a_user(ingest: IngestService) -> None:
    await register(ingest, "relevance")
    assert await accepted(ingest, 3) == 3
    await call(ingest, pb.RemoveEvaluatorRequest(request_id=new_id(), name="relevance"))
    assert await accepted(ingest, 1, "p") == 0
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call(ingest, pb.RemoveEvaluatorRequest(request_id=new_id(), name="relevance"))
    assert (refusal.value.code(), reason_of(refusal.value)) == (grpc.StatusCode.NOT_FOUND, "EVALUATOR_UNKNOWN")


async def test_changes_are_in_the_audit_log_once(ingest: IngestService) -> None:
    request = pb.RegisterEvaluatorRequest(request_id=new_id(), name="tone")
    assert await call(ingest, request) == await call(ingest, request)
    await register(ingest, "tone")
    await register(ingest, "length")
    await call(ingest, pb.RemoveEvaluatorRequest(request_id=new_id(), name="tone"))
    assert await registered(ingest) == ["length"]
    entries = await ingest.rows(
        "SELECT action, target FROM ingest.audit_log WHERE tenant_id = 'acme' ORDER BY sequence"
    )
    assert [tuple(row) for row in entries] == [
        ("evaluator.register", "tone"),
        ("evaluator.register", "length"),
        ("evaluator.remove", "tone"),
    ]


async def test_registration_by_a_service_or_of_an_invalid_name_is_refused(ingest: IngestService) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await register(ingest, "tone", CALLER)
    assert reason_of(refusal.value) == "ROLE_MISSING"
    for name in ("", "\u200b", "a\nb", "x" * 191):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await register(ingest, name)
        assert set(problems_of(refusal.value)) == {"name"}, ascii(name)


async def test_registration_above_the_limit_of_evaluators_is_refused(
    ingest: IngestService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "EVALUATORS_MAX", 2)
    for name in ("a", "b", "a"):
        await register(ingest, name)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await register(ingest, "c", ADMIN)
    assert reason_of(refusal.value) == "TOO_MANY_EVALUATORS"
