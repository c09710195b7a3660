"""Every field of every request refuses what it must not hold, by its path, and takes what it may."""

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
from tests.ingest.fixtures.field_values import (
    COUNT,
    FLAG,
    KINDS,
    NUL,
    SQL,
    Kind,
    choice,
    many,
    moment,
    number,
    text,
    word,
)
from tests.ingest.fixtures.service import problems_of, reason_of
from tests.neural.serving import ACME, OPERATOR, Serving, serving
from tests.support.fields import Walk, names_field
from tests.support.suite import token

ANYONE = token("acme", "admin", "operator", "service", "expert")
METHODS = {
    **recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"].methods_by_name,
    **learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"].methods_by_name,
}
TAKEN = {"LearnOutput": {"NOT_FOUND"}, "ClearTrustScore": {"OK", "NOT_FOUND"}}


def names(most: int) -> Kind:
    """A list of different names."""
    return many(
        [["m", "n"], [], ["m", SQL], ["x" * 200, "é" * 200, "🦖", "a:b{c}"], [f"m{index}" for index in range(most)]],
        [[""], ["m", "m"], ["m", "x" * 201], ["m", NUL], ["a\n"], [f"m{index}" for index in range(most + 1)]],
    )


WALK = Walk(
    {
        **{name: KINDS[name] for name in ("tenant_id", "request_id", "output_id", "page_token")},
        "user_id": text(0, 200),
        "ListModelScoresRequest.user_id": text(1, 200),
        "PinTrustScoreRequest.user_id": text(1, 200),
        "ClearTrustScoreRequest.user_id": text(1, 200),
        "PinTrustScoreRequest.reason": text(1, 500),
        "trust": Kind([1.0, 0.1, 0.5], [0.0, 0.0999, 1.0001, -1.0, float("nan"), float("inf")]),
        "task_type": word(["chat", "my task:1/2.3_4-5"], 64, required=True, reserved=["any", "Chat", "-x"]),
        "ListModelScoresRequest.task_type": word(["chat"], 64, required=False, reserved=["any", "Chat"]),
        "domain_mode": word(["general", "my domain"], 64, required=False, reserved=["any", "General", " x"]),
        "candidates": names(256),
        "excluded_models": Kind(list(reversed(names(256).good)), names(256).bad),
        "required_capabilities": names(32),
        "capabilities": names(32),
        "user_ids": names(1000),
        "task_types": names(64),
        "model": text(1, 200),
        "ListModelScoresRequest.model": text(0, 200),
        "cost_max": number(),
        "latency_ms_max": number(),
        "cost": number(),
        "latency_ms": number(),
        "cost_weight": number(most=1),
        "score": number(most=1),
        "unhealthy": FLAG,
        "strategy": Kind([1, 0, 2, 3, 4], [99, -1, 2**31 - 1]),
        "EvaluatePolicyRequest.strategy": choice(1, 2, 3, 4),
        "scope": choice(1),
        "include_rollups": FLAG,
        "outliers_only": FLAG,
        "global_learning": FLAG,
        "daily_budget_usd": Kind([0.0, 0.01, 1e9], [-0.01, 1.000001e9, float("nan"), float("inf")]),
        "page_size": COUNT,
        "start_time": Kind([moment(1_750_000_000)], []),
        "end_time": Kind([moment(1_750_000_001)], [moment(1_750_000_000), moment(0)]),
    }
)


@pytest.fixture
async def neural(database_url: str, redis_url: str) -> AsyncIterator[Serving]:
    """Gives a running service that has learned a little."""
    async with serving(database_url, redis_url) as service:
        await service.world.liked("m", [1, -1], "x")
        await service.rows("INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ('acme', 'u', 0.5)")
        await service.rows("INSERT INTO neural.user_trust_scores (tenant_id, user_id, trust) VALUES ('acme', 'v', 0.7)")
        yield service


async def said(
    neural: Serving, method: str, request: Any, caller: grpc.aio.Metadata = ANYONE
) -> tuple[str, list[str], str]:
    """Makes a call and returns its status, the fields that it names and its reason."""
    stub = neural.recommend if hasattr(neural.recommend, method) else neural.learning
    call = getattr(stub, method)(request, metadata=caller, timeout=30)
    try:
        if METHODS[method].server_streaming:
            await call.read()
            call.cancel()
        else:
            await call
    except grpc.aio.AioRpcError as error:
        return error.code().name, problems_of(error), reason_of(error)
    return "OK", [], ""


@pytest.mark.parametrize("method", METHODS)
async def test_each_field_of_a_call(neural: Serving, method: str) -> None:
    wrong: list[str] = []
    seen: set[bool] = set()
    root = WALK.legal(METHODS[method].input_type)
    for case in WALK.cases(root, root):
        if case.path != "request_id" and hasattr(case.request, "request_id"):
            case.request.request_id = str(uuid.uuid4())
        code, problems, _ = await said(neural, method, case.request)
        if case.good:
            right = code in TAKEN.get(method, {"OK"})
        else:
            right = code == "INVALID_ARGUMENT" and names_field(problems, case.path)
        seen.add(case.good)
        if not right:
            wrong.append(case.says(f"{code} {problems}"))
    assert wrong == []
    assert seen == {True, False}


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["no message", "no text"])
async def test_bytes_that_are_no_message(neural: Serving, data: bytes) -> None:
    for method, descriptor in METHODS.items():
        if descriptor.input_type.fields_by_number[1].cpp_type != FieldDescriptor.CPPTYPE_STRING and data[0] == 0x0A:
            continue  # what is no text there is an unknown field here
        shape = "unary_stream" if descriptor.server_streaming else "unary_unary"
        path = f"/{descriptor.containing_service.full_name}/{method}"
        call = getattr(neural.channel, shape)(path)(data, metadata=ANYONE, timeout=10)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await (call.read() if descriptor.server_streaming else call)
        assert (caught.value.code(), reason_of(caught.value)) == (grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED"), method


async def test_another_tenant_than_the_token_s_is_refused(neural: Serving) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "tenant_id"):
            request.tenant_id = "globex"
            found = await said(neural, method, request)
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
async def test_roles(neural: Serving, role: str, allowed: set[str]) -> None:
    found = set()
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        if hasattr(request, "request_id"):
            request.request_id = str(uuid.uuid4())
        code, _, _ = await said(neural, method, request, token("acme", role))
        assert code in {"PERMISSION_DENIED", *TAKEN.get(method, {"OK"})}
        if code != "PERMISSION_DENIED":
            found.add(method)
    assert found == allowed


async def test_a_caller_without_a_token_is_refused(neural: Serving) -> None:
    for method in METHODS:
        request = WALK.legal(METHODS[method].input_type)
        assert (await said(neural, method, request, grpc.aio.Metadata()))[0] == "UNAUTHENTICATED", method


async def test_an_operator_names_the_tenant(neural: Serving) -> None:
    request = learning_service_pb2.GetTenantSettingsRequest()
    assert (await said(neural, "GetTenantSettings", request, OPERATOR))[:2] == ("INVALID_ARGUMENT", ["tenant_id"])
    request.tenant_id = "acme"
    assert (await said(neural, "GetTenantSettings", request, OPERATOR))[0] == "OK"


def listing(**fields: Any) -> recommend_service_pb2.ListModelScoresRequest:
    """Builds a request to list a tenant's scores."""
    return recommend_service_pb2.ListModelScoresRequest(scope=scoring_pb2.SCOPE_TENANT, **fields)


async def test_pages_of_scores_and_tokens_of_other_listings(neural: Serving) -> None:
    for model in ("k", "n"):
        await neural.world.liked(model, [1], "x")
    shown: list[str] = []
    request = listing(page_size=1)
    await neural.call("LearnOutput", await last_output(neural))
    for _ in range(4):
        page = await neural.call("ListModelScores", request)
        shown += [each.model for each in page.scores]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert shown == ["k", "m", "n"]
    foreign = (await neural.call("ListModelScores", listing(page_size=1))).next_page_token
    for other in (listing(include_rollups=True), listing(model="m"), listing(task_type="chat")):
        other.page_token = foreign
        assert (await said(neural, "ListModelScores", other))[:2] == ("INVALID_ARGUMENT", ["page_token"])
    trust = learning_service_pb2.ListTrustScoresRequest(page_token=foreign)
    assert (await said(neural, "ListTrustScores", trust))[:2] == ("INVALID_ARGUMENT", ["page_token"])


async def last_output(neural: Serving) -> learning_service_pb2.LearnOutputRequest:
    """Builds a request to learn the output that came last."""
    rows = await neural.rows("SELECT output_id FROM ingest.outputs ORDER BY recorded_at DESC LIMIT 1")
    return learning_service_pb2.LearnOutputRequest(output_id=rows[0]["output_id"])


def forged(of: list[str], key: Any) -> str:
    """Makes a token as one who read the source does."""
    digest = hashlib.sha256(json.dumps(of).encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(json.dumps([digest, key]).encode()).decode().rstrip("=")


async def test_forged_tokens(neural: Serving) -> None:
    good = learning_service_pb2.ListTrustScoresRequest(page_token=forged(["trust", "acme", "False"], ["0.5", "u"]))
    assert [each.user_id for each in (await neural.call("ListTrustScores", good)).scores] == ["v"]
    texts: list[Any] = [["0.5"], ["x", "u"], [0.5, "u"], ["0.5", 1], ["", ""], ["nan", "u"], ["inf", "u"], {}, None]
    for key in [*texts, ["0.5", "\x00"], ["0.5", "\ud800"]]:
        raters = learning_service_pb2.ListTrustScoresRequest(page_token=forged(["trust", "acme", "False"], key))
        assert (await said(neural, "ListTrustScores", raters))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key
    keys: list[Any] = [["a", "b"], ["a", "b", 1], ["a", "b", "\x00"], ["a", "b", "\udfff"], "abc", [[], {}, 0]]
    for key in keys:
        scores = listing(page_token=forged(["tenant", "acme", "", "", "", "", "False"], key))
        assert (await said(neural, "ListModelScores", scores))[:2] == ("INVALID_ARGUMENT", ["page_token"]), key


async def test_pages_of_raters(neural: Serving) -> None:
    request = learning_service_pb2.ListTrustScoresRequest(page_size=1)
    first = await neural.call("ListTrustScores", request)
    request.page_token = first.next_page_token
    second = await neural.call("ListTrustScores", request)
    found = [(each.user_id, each.trust) for page in (first, second) for each in page.scores]
    assert (found, second.next_page_token) == ([("u", 0.5), ("v", 0.7)], "")


async def test_a_user_belongs_to_user_scope(neural: Serving) -> None:
    for scope in scoring_pb2.Scope.values()[1:]:
        for user in ("", "u"):
            request = recommend_service_pb2.ListModelScoresRequest(scope=scope, user_id=user)
            right = (scope == scoring_pb2.SCOPE_USER) is bool(user)
            expected = ("OK", []) if right else ("INVALID_ARGUMENT", ["user_id"])
            assert (await said(neural, "ListModelScores", request))[:2] == expected


async def test_what_is_named_twice_is_refused_where_it_is(neural: Serving) -> None:
    for method, path in (("GetRecommendation", "context"), ("BatchGetRecommendations", "contexts[0]")):
        request = WALK.legal(METHODS[method].input_type)
        context = request.context if method == "GetRecommendation" else request.contexts[0]
        context.profiles.add().CopyFrom(context.profiles[0])
        assert (await said(neural, method, request))[:2] == ("INVALID_ARGUMENT", [f"{path}.profiles[1].model"])
    request = WALK.legal(METHODS["RankModels"].input_type)
    request.scores.add().CopyFrom(request.scores[0])
    assert (await said(neural, "RankModels", request))[:2] == ("INVALID_ARGUMENT", ["scores[1].model"])


async def test_a_request_id_stands_for_one_change(neural: Serving) -> None:
    request = WALK.legal(METHODS["UpdateTenantSettings"].input_type)
    answers = [await neural.call("UpdateTenantSettings", request, ACME) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].settings.global_learning
    request.settings.global_learning = False
    code, problems, reason = await said(neural, "UpdateTenantSettings", request)
    assert (code, problems, reason) == ("INVALID_ARGUMENT", ["request_id"], "REQUEST_ID_REUSED")
    shown = await neural.call("GetTenantSettings", learning_service_pb2.GetTenantSettingsRequest())
    assert shown.settings.global_learning
