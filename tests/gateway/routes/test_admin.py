"""Tests of the administration routes: each maps to its gRPC call."""

import json
from typing import Any

import pytest

from kit.errors import Unavailable
from radiant.ingest.v1 import audit_service_pb2, evaluator_service_pb2, feedback_pb2, ingest_service_pb2
from radiant.ingest.v1.ingest_service_pb2 import DayStats, ExportUserResponse, GetTenantFeedbackStatsResponse
from tests.gateway.fixtures.gateway import Served, bearer, idempotency_key
from tests.gateway.fixtures.problem_documents import invalid_fields, status_and_reason
from tests.gateway.fixtures.scripted_services import ScriptedGateway

START_TIME = "2026-11-01T00:00:00Z"


async def test_tenant_stats_with_start_time_returns_days(scripted: ScriptedGateway) -> None:
    day = DayStats(day="2026-11-02", outputs=3, cost_usd=0.5, cost_count=2)
    scripted.script.responses["GetTenantFeedbackStats"] = GetTenantFeedbackStatsResponse(days=[day])
    path = "/admin/feedback/stats"
    answer = await scripted.request("GET", path, params={"startTime": START_TIME, "tenantId": "acme"})
    assert answer.json()["days"][0] | {"counts": None} == {
        "day": "2026-11-02",
        "outputs": "3",
        "outputsWithFeedback": "0",
        "outputsFollowed": "0",
        "costUsd": 0.5,
        "costCount": "2",
        "latencyCount": "0",
        "outputsFailed": "0",
        "counts": None,
    }
    ((_, request),) = scripted.script.requests
    assert request.start_time.ToJsonString() == START_TIME
    assert not request.HasField("end_time")
    assert request.tenant_id == "acme"
    assert invalid_fields(await scripted.request("GET", path, params={"startTime": "x"})) == ["startTime"]


@pytest.mark.parametrize(
    ("path", "params", "rpc", "expected"),
    [
        (
            "/admin/outputs",
            {"model": "m", "withComment": "true", "rating": "RATING_NEGATIVE", "pageSize": "7"},
            "ListOutputs",
            ingest_service_pb2.ListOutputsRequest(
                model="m", with_comment=True, rating=feedback_pb2.RATING_NEGATIVE, page_size=7
            ),
        ),
        ("/admin/outputs/o%2F1", {}, "GetOutput", ingest_service_pb2.GetOutputRequest(output_id="o/1")),
        ("/admin/erasures", {}, "ListErasures", ingest_service_pb2.ListErasuresRequest()),
        (
            "/admin/audit",
            {"action": "experiment.start"},
            "ListAuditEntries",
            audit_service_pb2.ListAuditEntriesRequest(action="experiment.start"),
        ),
        ("/admin/evaluators", {}, "ListEvaluators", evaluator_service_pb2.ListEvaluatorsRequest()),
        (
            "/admin/users/%EF%BB%BFa%E2%80%8Blice%20/export",
            {},
            "ExportUser",
            ingest_service_pb2.ExportUserRequest(user_id="alice"),
        ),
        (
            "/admin/outputs",
            {"userId": "\uff41lice\u00a0"},
            "ListOutputs",
            ingest_service_pb2.ListOutputsRequest(user_id="alice"),
        ),
    ],
)
async def test_admin_route_with_parameters_sends_them_to_its_rpc(
    scripted: ScriptedGateway, path: str, params: dict[str, str], rpc: str, expected: Any
) -> None:
    answer = await scripted.request("GET", path, params=params)
    assert answer.status_code == 200, answer.text
    assert scripted.script.requests == [(rpc, expected)]


async def test_erasure_as_admin_is_sent_with_the_idempotency_key_and_as_service_is_rejected(
    scripted: ScriptedGateway,
) -> None:
    key = idempotency_key()
    answer = await scripted.request("DELETE", "/admin/users/u%2F1", headers=key)
    assert answer.status_code == 200, answer.text
    expected = ingest_service_pb2.ForgetUserRequest(user_id="u/1", request_id=key["idempotency-key"])
    assert scripted.script.requests == [("ForgetUser", expected)]
    rejected = await scripted.request("DELETE", "/admin/users/u", caller=bearer("acme", "service"))
    assert status_and_reason(rejected) == (403, "ROLE_MISSING")


async def test_evaluator_is_registered_and_removed_with_the_idempotency_key(scripted: ScriptedGateway) -> None:
    key = idempotency_key()
    fields = {"name": "tone/v2", "request_id": key["idempotency-key"]}
    for method in ("PUT", "DELETE"):
        answer = await scripted.request(method, "/admin/evaluators/tone%2Fv2", headers=key)
        assert answer.status_code == 200, answer.text
    assert scripted.script.requests == [
        ("RegisterEvaluator", evaluator_service_pb2.RegisterEvaluatorRequest(**fields)),
        ("RemoveEvaluator", evaluator_service_pb2.RemoveEvaluatorRequest(**fields)),
    ]


@pytest.mark.parametrize("user", ["%E2%80%8B", "%C2%A0%EF%BB%BF"])
async def test_user_without_visible_characters_is_rejected_by_its_parameter(
    scripted: ScriptedGateway, user: str
) -> None:
    answer = await scripted.request("DELETE", f"/admin/users/{user}", headers=idempotency_key())
    assert invalid_fields(answer) == ["userId"]


async def test_export_of_a_user_returns_one_record_per_line(scripted: ScriptedGateway) -> None:
    records = [ExportUserResponse(kind="feedback", record_json=f'{{"n":{number}}}') for number in range(3)]
    scripted.script.responses["ExportUser"] = records
    answer = await scripted.request("GET", "/admin/users/u/export")
    assert answer.headers["content-type"] == "application/jsonl"
    assert answer.headers["cache-control"] == "no-store"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["kind"], line["recordJson"]) for line in lines] == [
        ("feedback", f'{{"n":{number}}}') for number in range(3)
    ]
    assert scripted.script.requests == [("ExportUser", ingest_service_pb2.ExportUserRequest(user_id="u"))]
    head = await scripted.request("HEAD", "/admin/users/u/export")
    assert (head.status_code, head.content) == (200, b"")


async def test_export_that_fails_before_the_first_record_gets_a_status_and_later_is_aborted(
    scripted: ScriptedGateway,
) -> None:
    rejected = await scripted.request("GET", "/admin/users/u/export", caller=bearer("acme", "service"))
    assert status_and_reason(rejected) == (403, "ROLE_MISSING")
    scripted.script.responses["ExportUser"] = [ExportUserResponse(kind="feedback"), Unavailable("gone")]
    with pytest.raises(RuntimeError):
        await scripted.request("GET", "/admin/users/u/export")
    scripted.script.responses["ExportUser"] = []
    empty = await scripted.request("GET", "/admin/users/u/export")
    assert (empty.status_code, empty.content) == (200, b"")


async def test_trust_score_is_pinned_and_cleared(served: Served) -> None:
    path = "/admin/trust-scores/u"
    pinned = await served.request("POST", path, json={"trust": 0.5, "reason": "known"}, headers=idempotency_key())
    assert pinned.status_code == 200, pinned.text
    assert pinned.json()["score"]["trust"] == 0.5
    listed = (await served.request("GET", "/admin/trust-scores")).json()["scores"]
    assert [(each["userId"], each["pinned"]) for each in listed] == [("u", True)]
    too_high = await served.request("POST", path, json={"trust": 9, "reason": "x"})
    assert invalid_fields(too_high) == ["trust"]
    with_user_id = await served.request("POST", path, json={"trust": 1, "reason": "x", "userId": "v"})
    assert invalid_fields(with_user_id) == ["userId"]
    cleared = await served.request("DELETE", path)
    assert cleared.json()["score"]["pinned"] is False


async def test_recommendation_by_get_and_post_applies_profiles_and_limits(served: Served) -> None:
    context: dict[str, Any] = {
        "taskType": "chat",
        "candidates": ["expensive", "cheap"],
        "profiles": [{"model": "expensive", "cost": 2.0}, {"model": "cheap", "cost": 0.1, "capabilities": ["vision"]}],
        "costMax": 1.0,
        "requiredCapabilities": ["vision"],
        "latencyMsMax": 500,
        "costWeight": 0.2,
    }
    profiles = [json.dumps(profile) for profile in context["profiles"]]
    path = "/neural/recommendation"
    for answer in (
        await served.request("GET", path, params={**context, "profiles": profiles}),
        await served.request("POST", path, json=context),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.json()["recommendation"]["model"] == "cheap"


async def test_recommendation_with_invalid_profile_names_its_index_and_field(served: Served) -> None:
    invalid = ["nothing", "[]", '{"wrong":1}', '{"cost":"x"}', '{"model":"m","cost":-1}']
    answers = [
        await served.request("GET", "/neural/recommendation", params={"taskType": "chat", "profiles": [each]})
        for each in invalid
    ]
    assert [invalid_fields(answer) for answer in answers] == [
        ["profiles[0]"],
        ["profiles[0]"],
        ["profiles[0].wrong"],
        ["profiles[0].cost"],
        ["profiles[0].cost"],
    ]
