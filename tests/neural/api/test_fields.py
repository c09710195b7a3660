"""Validation of requests: fields, roles and tenants. The tests share one service."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
import redis.asyncio
from google.protobuf.descriptor import FieldDescriptor

from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2
from tests.ingest.fixtures.service import reason_of
from tests.neural.fixtures.calls import ALL_ROLES, ALL_TENANTS_METHODS, METHODS, call_status, insert_feedback
from tests.neural.fixtures.fields import WALK
from tests.neural.fixtures.service import OPERATOR, NeuralService, open_service
from tests.support.fields import names_field
from tests.support.servers import Databases
from tests.support.suite import token

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED = {"LearnOutput": {"NOT_FOUND"}, "ClearTrustScore": {"OK", "NOT_FOUND"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def neural(databases: Databases, valkey_url: str) -> AsyncIterator[NeuralService]:
    """Gives a running service with some learned feedback."""
    async with redis.asyncio.Redis.from_url(valkey_url) as client:
        await client.flushall()
    with databases.fresh() as database_url:
        async with open_service(database_url, valkey_url) as service:
            await insert_feedback(service)
            yield service


@pytest.mark.parametrize("method", METHODS)
async def test_each_field_accepts_legal_and_rejects_illegal_values(neural: NeuralService, method: str) -> None:
    # Other methods may have used the same request_id.
    await neural.rows("DELETE FROM neural.requests")
    wrong: list[str] = []
    seen: set[bool] = set()
    root = WALK.legal(METHODS[method].input_type)
    for case in WALK.cases(root, root):
        if case.path != "request_id" and hasattr(case.request, "request_id"):
            case.request.request_id = str(uuid.uuid4())
        code, problems, _ = await call_status(neural, method, case.request)
        if case.good:
            right = code in ACCEPTED.get(method, {"OK"})
        else:
            right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        seen.add(case.good)
        if not right:
            wrong.append(case.says(f"{code} {problems}"))
    assert wrong == []
    assert seen == {True, False}


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["malformed message", "invalid UTF-8"])
async def test_malformed_request_bytes_are_rejected(neural: NeuralService, data: bytes) -> None:
    for method, descriptor in METHODS.items():
        if descriptor.input_type.fields_by_number[1].cpp_type != FieldDescriptor.CPPTYPE_STRING and data[0] == 0x0A:
            continue  # the bytes are an unknown field of this message
        shape = "unary_stream" if descriptor.server_streaming else "unary_unary"
        path = f"/{descriptor.containing_service.full_name}/{method}"
        running = getattr(neural.channel, shape)(path)(data, metadata=ALL_ROLES, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await (running.read() if descriptor.server_streaming else running)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED"), method


async def test_tenant_other_than_in_token_is_rejected(neural: NeuralService) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "tenant_id"):
            request.tenant_id = "globex"
            found = await call_status(neural, method, request)
            assert found == ("PERMISSION_DENIED", [], "TENANT_MISMATCH"), method


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("user", set()),
        ("expert", {"ListModelScores", "ExplainRecommendation", "GetLearningStatus", "GetTenantSettings"}),
        ("service", {*recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"].methods_by_name}
         | {"LearnOutput", "GetLearningStatus", "GetTenantSettings"}),
        ("admin", {*METHODS} - ALL_TENANTS_METHODS),
        ("operator", {*METHODS} - ALL_TENANTS_METHODS),
    ],
)  # fmt: skip
async def test_role_may_call_only_its_methods(neural: NeuralService, role: str, allowed: set[str]) -> None:
    found = set()
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "request_id"):
            request.request_id = str(uuid.uuid4())
        code, _, _ = await call_status(neural, method, request, token("acme", role))
        assert code in {"PERMISSION_DENIED", *ACCEPTED.get(method, {"OK"})}
        if code != "PERMISSION_DENIED":
            found.add(method)
    assert found == allowed


async def test_call_without_token_is_unauthenticated(neural: NeuralService) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        assert (await call_status(neural, method, request, grpc.aio.Metadata()))[0] == "UNAUTHENTICATED", method


async def test_operator_without_tenant_is_rejected(neural: NeuralService) -> None:
    request = learning_service_pb2.GetTenantSettingsRequest()
    assert (await call_status(neural, "GetTenantSettings", request, OPERATOR))[:2] == (
        "INVALID_ARGUMENT",
        ["tenant_id"],
    )
    request.tenant_id = "acme"
    assert (await call_status(neural, "GetTenantSettings", request, OPERATOR))[0] == "OK"


async def test_score_listing_requires_user_only_at_user_scope(neural: NeuralService) -> None:
    for scope in scoring_pb2.Scope.values()[1:]:
        for user in ("", "u"):
            request = recommend_service_pb2.ListModelScoresRequest(scope=scope, user_id=user)
            right = (scope == scoring_pb2.SCOPE_USER) is bool(user)
            expected = ("OK", []) if right else ("INVALID_ARGUMENT", ["user_id"])
            assert (await call_status(neural, "ListModelScores", request))[:2] == expected


async def test_repeated_model_is_rejected_with_its_field_path(neural: NeuralService) -> None:
    for method, path in (("GetRecommendation", "context"), ("BatchGetRecommendations", "contexts[0]")):
        request = WALK.legal(METHODS[method].input_type)
        context = request.context if method == "GetRecommendation" else request.contexts[0]
        context.profiles.add().CopyFrom(context.profiles[0])
        assert (await call_status(neural, method, request))[:2] == ("INVALID_ARGUMENT", [f"{path}.profiles[1].model"])
    request = WALK.legal(METHODS["RankModels"].input_type)
    request.scores.add().CopyFrom(request.scores[0])
    assert (await call_status(neural, "RankModels", request))[:2] == ("INVALID_ARGUMENT", ["scores[1].model"])
