"""What admins ask: counts, outputs, people, trust and the audit log, each mapped to its call."""

import json
from typing import Any

import pytest

from kit.errors import Unavailable
from radiant.ingest.v1 import audit_service_pb2, feedback_pb2, ingest_service_pb2
from radiant.ingest.v1.ingest_service_pb2 import DayStats, ExportUserResponse, GetTenantFeedbackStatsResponse
from tests.gateway.scripted import Scripted
from tests.gateway.serving import Served, bearer, key
from tests.gateway.test_problems import checked, fields

FROM = "2026-11-01T00:00:00Z"


async def test_a_tenants_feedback_is_counted_over_a_time(scripted: Scripted) -> None:
    day = DayStats(day="2026-11-02", outputs=3, cost_usd=0.5)
    scripted.script.says["GetTenantFeedbackStats"] = GetTenantFeedbackStatsResponse(days=[day])
    answer = await scripted.ask("GET", "/admin/feedback/stats", params={"startTime": FROM, "tenantId": "acme"})
    assert answer.json()["days"][0] | {"counts": None} == {
        "day": "2026-11-02",
        "outputs": "3",
        "outputsWithFeedback": "0",
        "outputsFollowed": "0",
        "costUsd": 0.5,
        "counts": None,
    }
    ((_, asked),) = scripted.script.asked
    assert (asked.start_time.ToJsonString(), asked.HasField("end_time"), asked.tenant_id) == (FROM, False, "acme")
    assert fields(await scripted.ask("GET", "/admin/feedback/stats", params={"startTime": "x"})) == ["startTime"]


@pytest.mark.parametrize(
    ("method", "path", "more", "rpc", "asked"),
    [
        (
            "GET",
            "/admin/outputs",
            {"params": {"model": "m", "withComment": "true", "rating": "RATING_NEGATIVE", "pageSize": "7"}},
            "ListOutputs",
            ingest_service_pb2.ListOutputsRequest(
                model="m", with_comment=True, rating=feedback_pb2.RATING_NEGATIVE, page_size=7
            ),
        ),
        ("GET", "/admin/outputs/o%2F1", {}, "GetOutput", ingest_service_pb2.GetOutputRequest(output_id="o/1")),
        ("GET", "/admin/erasures", {}, "ListErasures", ingest_service_pb2.ListErasuresRequest()),
        (
            "GET",
            "/admin/audit",
            {"params": {"action": "experiment.start"}},
            "ListAuditEntries",
            audit_service_pb2.ListAuditEntriesRequest(action="experiment.start"),
        ),
    ],
)
async def test_each_is_asked_of_its_service(
    scripted: Scripted, method: str, path: str, more: dict[str, Any], rpc: str, asked: Any
) -> None:
    answer = await scripted.ask(method, path, **more)
    assert answer.status_code == 200, answer.text
    assert scripted.script.asked == [(rpc, asked)]


async def test_a_user_is_forgotten_once_by_those_who_may(scripted: Scripted) -> None:
    once = key()
    answer = await scripted.ask("DELETE", "/admin/users/u%2F1", headers=once)
    assert answer.status_code == 200, answer.text
    wanted = ingest_service_pb2.ForgetUserRequest(user_id="u/1", request_id=once["idempotency-key"])
    assert scripted.script.asked == [("ForgetUser", wanted)]
    refused = await scripted.ask("DELETE", "/admin/users/u", who=bearer("acme", "service"))
    assert (refused.status_code, checked(refused)["reason"]) == (403, "ROLE_MISSING")


async def test_what_is_stored_of_a_user_comes_line_by_line(scripted: Scripted) -> None:
    records = [ExportUserResponse(kind="feedback", record_json=f'{{"n":{number}}}') for number in range(3)]
    scripted.script.says["ExportUser"] = records
    answer = await scripted.ask("GET", "/admin/users/u/export")
    assert answer.headers["content-type"] == "application/jsonl"
    assert answer.headers["cache-control"] == "no-store"
    lines = [answer_line(line) for line in answer.text.splitlines()]
    assert lines == [("feedback", f'{{"n":{number}}}') for number in range(3)]
    assert scripted.script.asked == [("ExportUser", ingest_service_pb2.ExportUserRequest(user_id="u"))]
    head = await scripted.ask("HEAD", "/admin/users/u/export")
    assert (head.status_code, head.content) == (200, b"")


def answer_line(line: str) -> tuple[str, str]:
    """Returns kind and record of a line."""
    content = json.loads(line)
    return content["kind"], content["recordJson"]


async def test_an_export_is_refused_whole_or_broken_off(scripted: Scripted) -> None:
    refused = await scripted.ask("GET", "/admin/users/u/export", who=bearer("acme", "service"))
    assert (refused.status_code, checked(refused)["reason"]) == (403, "ROLE_MISSING")
    scripted.script.says["ExportUser"] = [ExportUserResponse(kind="feedback"), Unavailable("gone")]
    with pytest.raises(RuntimeError):
        await scripted.ask("GET", "/admin/users/u/export")
    scripted.script.says["ExportUser"] = []
    empty = await scripted.ask("GET", "/admin/users/u/export")
    assert (empty.status_code, empty.content) == (200, b"")


async def test_trust_is_pinned_and_cleared(served: Served) -> None:
    path = "/admin/trust-scores/u"
    pinned = await served.ask("POST", path, json={"trust": 0.5, "reason": "known"}, headers=key())
    assert pinned.status_code == 200, pinned.text
    assert pinned.json()["score"]["trust"] == 0.5
    listed = (await served.ask("GET", "/admin/trust-scores")).json()["scores"]
    assert [(each["userId"], each["pinned"]) for each in listed] == [("u", True)]
    assert fields(await served.ask("POST", path, json={"trust": 9, "reason": "x"})) == ["trust"]
    assert fields(await served.ask("POST", path, json={"trust": 1, "reason": "x", "userId": "v"})) == ["userId"]
    cleared = await served.ask("DELETE", path)
    assert cleared.json()["score"]["pinned"] is False


async def test_a_recommendation_heeds_costs_and_profiles_by_address_or_body(served: Served) -> None:
    context: dict[str, Any] = {
        "taskType": "chat",
        "candidates": ["dear", "cheap"],
        "profiles": [{"model": "dear", "cost": 2.0}, {"model": "cheap", "cost": 0.1, "capabilities": ["vision"]}],
        "costMax": 1.0,
        "requiredCapabilities": ["vision"],
        "latencyMsMax": 500,
        "costWeight": 0.2,
    }
    profiles = ['{"model":"dear","cost":2.0}', '{"model":"cheap","cost":0.1,"capabilities":["vision"]}']
    path = "/neural/recommendation"
    for answer in (
        await served.ask("GET", path, params={**context, "profiles": profiles}),
        await served.ask("POST", path, json=context),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.json()["recommendation"]["model"] == "cheap"
    bad = ["nothing", "[]", '{"wrong":1}', '{"cost":"x"}', '{"model":"m","cost":-1}']
    named = [fields(await served.ask("GET", path, params={"taskType": "chat", "profiles": [each]})) for each in bad]
    assert named == [["profiles[0]"], ["profiles[0]"], ["profiles[0].wrong"], ["profiles"], ["profiles[0].cost"]]
