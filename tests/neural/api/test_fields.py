"""Validation of requests: fields, roles, tenants, page tokens and request identifiers."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor

from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2
from tests.ingest.serving import problems_of, reason_of
from tests.neural.fixtures.fields import WALK
from tests.neural.fixtures.service import ACME, OPERATOR, RunningService, running_service
from tests.support.fields import names_field
from tests.support.suite import token

ALL_ROLES = token("acme", "admin", "operator", "service", "expert")
METHODS = {
    **recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"].methods_by_name,
    **learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"].methods_by_name,
}
ACCEPTED = {"LearnOutput": {"NOT_FOUND"}, "ClearTrustScore": {"OK", "NOT_FOUND"}}


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[RunningService]:
    """Gives a running service with some learned feedback."""
    async with running_service(database_url, redis_url) as service:
        await service.feedback.rate("m", [1, -1], "x")
        await service.rows("INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ('acme', 'u', 0.5)")
        await service.rows("INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ('acme', 'v', 0.7)")
        yield service


async def call(
    neural: RunningService, method: str, request: Any, caller: grpc.aio.Metadata = ALL_ROLES
) -> tuple[str, list[str], str]:
    """Returns status, field paths and reason of a call."""
    stub = neural.recommend if hasattr(neural.recommend, method) else neural.learning
    running = getattr(stub, method)(request, metadata=caller, timeout=30)
    try:
        if METHODS[method].server_streaming:
            await running.read()
            running.cancel()
        else:
            await running
    except grpc.aio.AioRpcError as error:
        return error.code().name, problems_of(error), reason_of(error)
    return "OK", [], ""


@pytest.mark.parametrize("method", METHODS)
async def test_each_field_accepts_legal_and_rejects_illegal_values(neural: RunningService, method: str) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    root = WALK.legal(METHODS[method].input_type)
    for case in WALK.cases(root, root):
        if case.path != "request_id" and hasattr(case.request, "request_id"):
            case.request.request_id = str(uuid.uuid4())
        code, problems, _ = await call(neural, method, case.request)
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
async def test_malformed_request_bytes_are_rejected(neural: RunningService, data: bytes) -> None:
    for method, descriptor in METHODS.items():
        if descriptor.input_type.fields_by_number[1].cpp_type != FieldDescriptor.CPPTYPE_STRING and data[0] == 0x0A:
            continue  # the bytes are an unknown field of this message
        shape = "unary_stream" if descriptor.server_streaming else "unary_unary"
        path = f"/{descriptor.containing_service.full_name}/{method}"
        running = getattr(neural.channel, shape)(path)(data, metadata=ALL_ROLES, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await (running.read() if descriptor.server_streaming else running)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED"), method


async def test_tenant_other_than_in_token_is_rejected(neural: RunningService) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "tenant_id"):
            request.tenant_id = "globex"
            found = await call(neural, method, request)
            assert found == ("PERMISSION_DENIED", [], "TENANT_MISMATCH"), method


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("user", set()),
        ("expert", {"ListModelScores", "ExplainRecommendation", "GetLearningStatus", "GetTenantSettings"}),
        ("service", {*recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"].methods_by_name}
         | {"LearnOutput", "GetLearningStatus", "GetTenantSettings"}),
        ("admin", {*METHODS} - {"RunBatchLearning", "ListBatchRuns"}),
        ("operator", {*METHODS}),
    ],
)  # fmt: skip
async def test_role_may_call_only_its_methods(neural: RunningService, role: str, allowed: set[str]) -> None:
    found = set()
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "request_id"):
            request.request_id = str(uuid.uuid4())
        code, _, _ = await call(neural, method, request, token("acme", role))
        assert code in {"PERMISSION_DENIED", *ACCEPTED.get(method, {"OK"})}
        if code != "PERMISSION_DENIED":
            found.add(method)
    assert found == allowed


async def test_call_without_token_is_unauthenticated(neural: RunningService) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        assert (await call(neural, method, request, grpc.aio.Metadata()))[0] == "UNAUTHENTICATED", method


async def test_operator_without_tenant_is_rejected(neural: RunningService) -> None:
    request = learning_service_pb2.GetTenantSettingsRequest()
    assert (await call(neural, "GetTenantSettings", request, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"])
    request.tenant_id = "acme"
    assert (await call(neural, "GetTenantSettings", request, OPERATOR))[0] == "OK"


def listing(**fields: Any) -> recommend_service_pb2.ListModelScoresRequest:
    """Returns a request to list the scores of acme."""
    return recommend_service_pb2.ListModelScoresRequest(scope=scoring_pb2.SCOPE_TENANT, **fields)


async def test_score_pages_are_complete_and_reject_tokens_of_other_listings(neural: RunningService) -> None:
    for model in ("k", "n"):
        await neural.feedback.rate(model, [1], "x")
    listed: list[str] = []
    request = listing(page_size=1)
    await neural.call("LearnOutput", await last_output(neural))
    for _ in range(4):
        page = await neural.call("ListModelScores", request)
        listed += [each.model for each in page.scores]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert listed == ["k", "m", "n"]
    foreign = (await neural.call("ListModelScores", listing(page_size=1))).next_page_token
    for other in (listing(include_rollups=True), listing(model="m"), listing(task_type="chat")):
        other.page_token = foreign
        assert (await call(neural, "ListModelScores", other))[:2] == ("INVALID_ARGUMENT", ["page_token"])
    trust = learning_service_pb2.ListTrustScoresRequest(page_token=foreign)
    assert (await call(neural, "ListTrustScores", trust))[:2] == ("INVALID_ARGUMENT", ["page_token"])


async def last_output(neural: RunningService) -> learning_service_pb2.LearnOutputRequest:
    """Returns a request to learn the latest output."""
    rows = await neural.rows("SELECT output_id FROM ingest.outputs ORDER BY recorded_at DESC LIMIT 1")
    return learning_service_pb2.LearnOutputRequest(output_id=rows[0]["output_id"])


def forged_token(listing: list[str], key: Any) -> str:
    """Returns a page token with an arbitrary key."""
    digest = hashlib.sha256(json.dumps(listing).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, key]).encode()).decode().rstrip("=")


async def test_forged_page_token_with_invalid_key_is_rejected(neural: RunningService) -> None:
    good = learning_service_pb2.ListTrustScoresRequest(
        page_token=forged_token(["trust", "acme", "False"], ["0.5", "u"])
    )
    assert [each.user_id for each in (await neural.call("ListTrustScores", good)).scores] == ["v"]
    texts: list[Any] = [["0.5"], ["x", "u"], [0.5, "u"], ["0.5", 1], ["", ""], ["nan", "u"], ["inf", "u"], {}, None]
    for key in [*texts, ["0.5", "\x00"], ["0.5", "\ud800"]]:
        raters = learning_service_pb2.ListTrustScoresRequest(page_token=forged_token(["trust", "acme", "False"], key))
        assert (await call(neural, "ListTrustScores", raters))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key
    keys: list[Any] = [["a", "b"], ["a", "b", 1], ["a", "b", "\x00"], ["a", "b", "\udfff"], "abc", [[], {}, 0]]
    for key in keys:
        scores = listing(page_token=forged_token(["tenant", "acme", "", "", "", "", "False"], key))
        assert (await call(neural, "ListModelScores", scores))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key


async def test_trust_pages_are_complete(neural: RunningService) -> None:
    request = learning_service_pb2.ListTrustScoresRequest(page_size=1)
    first = await neural.call("ListTrustScores", request)
    request.page_token = first.next_page_token
    second = await neural.call("ListTrustScores", request)
    found = [(each.user_id, each.trust) for page in (first, second) for each in page.scores]
    assert (found, second.next_page_token) == ([("u", 0.5), ("v", 0.7)], "")


async def test_score_listing_requires_user_only_at_user_scope(neural: RunningService) -> None:
    for scope in scoring_pb2.Scope.values()[1:]:
        for user in ("", "u"):
            request = recommend_service_pb2.ListModelScoresRequest(scope=scope, user_id=user)
            right = (scope == scoring_pb2.SCOPE_USER) is bool(user)
            expected = ("OK", []) if right else ("INVALID_ARGUMENT", ["user_id"])
            assert (await call(neural, "ListModelScores", request))[:2] == expected


async def test_repeated_model_is_rejected_with_its_field_path(neural: RunningService) -> None:
    for method, path in (("GetRecommendation", "context"), ("BatchGetRecommendations", "contexts[0]")):
        request = WALK.legal(METHODS[method].input_type)
        context = request.context if method == "GetRecommendation" else request.contexts[0]
        context.profiles.add().CopyFrom(context.profiles[0])
        assert (await call(neural, method, request))[:2] == ("INVALID_ARGUMENT", [f"{path}.profiles[1].model"])
    request = WALK.legal(METHODS["RankModels"].input_type)
    request.scores.add().CopyFrom(request.scores[0])
    assert (await call(neural, "RankModels", request))[:2] == ("INVALID_ARGUMENT", ["scores[1].model"])


async def test_request_id_reused_for_another_request_is_rejected(neural: RunningService) -> None:
    request = WALK.legal(METHODS["UpdateTenantSettings"].input_type)
    answers = [await neural.call("UpdateTenantSettings", request, ACME) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].settings.global_learning
    request.settings.global_learning = False
    code, problems, reason = await call(neural, "UpdateTenantSettings", request)
    assert (code, problems, reason) == ("INVALID_ARGUMENT", ["request_id"], "REQUEST_ID_REUSED")
    shown = await neural.call("GetTenantSettings", learning_service_pb2.GetTenantSettingsRequest())
    assert shown.settings.global_learning
