"""Every refusal is a problem document that names what is wrong and shows no internals."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import grpc
import httpx
import pytest

from gateway.app import application
from gateway.http import problems
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import Addresses
from radiant_client.transport.errors import RadiantClientError
from tests.gateway.serving import Served, bearer, vote
from tests.support.suite import free_port

EXPLICIT, BATCH = "/feedback/explicit", "/service/feedback/implicit/batch"


def checked(answer: httpx.Response) -> dict[str, Any]:
    """Returns the document of a refusal that is one."""
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"].startswith("urn:radiant:problem:")
    assert document["instance"] == answer.request.url.path
    assert document["requestId"] == answer.headers["x-request-id"]
    return document


def fields(answer: httpx.Response) -> list[str]:
    """Returns the fields that a refusal names, each once."""
    assert answer.status_code == 400, answer.text
    return list(dict.fromkeys(each["field"] for each in checked(answer)["errors"]))


def test_every_code_of_a_call_has_a_status() -> None:
    assert set(problems.HTTP_STATUS) == set(grpc.StatusCode)


async def test_fields_are_named_as_the_caller_wrote_them(served: Served) -> None:
    assert fields(await served.ask("POST", EXPLICIT, json={})) == ["outputId", "userId", "rating", "source"]
    assert fields(await served.ask("POST", EXPLICIT, json=vote("o", userAgent="a\x01"))) == ["userAgent"]
    assert fields(await served.ask("POST", EXPLICIT, json=vote("o", wrong=1))) == ["wrong"]
    assert fields(await served.ask("POST", EXPLICIT, json=vote("o", comment=1))) == ["comment"]
    half: dict[str, Any] = {
        "content": json.dumps(vote("o", comment="\ud800")),
        "headers": {"content-type": "application/json"},
    }
    assert fields(await served.ask("POST", EXPLICIT, **half)) == ["comment"]
    signals = {"signals": [{"outputId": "o", "userId": "u", "signalType": "SIGNAL_TYPE_REGENERATE"}, {"wrong": 1}]}
    assert fields(await served.ask("POST", BATCH, json=signals)) == ["signals[1].wrong"]
    assert fields(await served.ask("POST", BATCH, json={"requestId": "x"})) == ["requestId"]
    asked = {"taskType": "ANY!", "candidates": ["m", ""]}
    assert fields(await served.ask("GET", "/neural/recommendation", params=asked)) == ["taskType", "candidates[1]"]
    assert fields(await served.ask("GET", "/neural/recommendation", params={"strategy": "x"})) == ["strategy"]
    assert fields(await served.ask("GET", "/neural/scores", params={"other": "x"})) == ["other"]
    assert fields(await served.ask("GET", "/neural/scores", params={"includeRollups": "maybe"})) == ["includeRollups"]
    twice = [("userId", "u"), ("userId", "v")]
    assert fields(await served.ask("GET", "/service/feedback/config", params=twice)) == ["userId"]
    assert fields(await served.ask("PUT", "/admin/experiments/x", json={}))[0] == "experimentId"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"a":NaN}', b"\xff", b"[" * 100_000])
async def test_what_is_no_json_object_is_refused(served: Served, body: bytes) -> None:
    answer = await served.ask("POST", EXPLICIT, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, checked(answer)["reason"]) == (400, "MALFORMED_JSON")


async def test_callers_paths_methods_and_types_are_refused_alike(served: Served) -> None:
    async def said(method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = await served.ask(method, path, **more)
        return answer.status_code, checked(answer)["reason"]

    config = "/service/feedback/config"
    assert await said("GET", config, who={}) == (401, "TOKEN_MISSING")
    assert await said("GET", config, who={"authorization": "Bearer x"}) == (401, "TOKEN_INVALID")
    assert await said("GET", config, headers={"authorization": b"Bearer \xe4"}) == (401, "TOKEN_INVALID")
    assert await said("GET", "/admin/trust-scores", who=bearer("acme", "service")) == (403, "ROLE_MISSING")
    assert (await served.ask("GET", config, who={})).headers["www-authenticate"] == "Bearer"
    assert await said("GET", "/nothing") == (404, "NO_SUCH_PATH")
    assert await said("DELETE", "/admin/experiments") == (405, "NO_SUCH_METHOD")
    allowed = (await served.ask("DELETE", "/admin/experiments")).headers["allow"]
    assert {"GET", "POST"} <= set(allowed.split(", "))
    assert await said("POST", EXPLICIT, content=b"{}") == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (await said("GET", "/feedback/stats/unknown"))[0] == 404


async def test_services_that_are_away_or_slow_show_no_internals(served: Served) -> None:
    away = Addresses(ingest=f"127.0.0.1:{free_port()}")
    calls = ServiceCalls(away, timedelta(seconds=2))
    async with served.client(application(replace(served.settings, addresses=away), calls)) as client:
        answer = await client.get("/api/v2/service/feedback/config", headers=bearer("acme"))
    await calls.close()
    assert answer.status_code in (503, 504)
    assert "127.0.0.1" not in answer.text
    if answer.status_code == 503:
        assert int(answer.headers["retry-after"]) >= 1


def test_failures_inside_show_their_id_alone() -> None:
    inside = RadiantClientError("secret", code=grpc.StatusCode.INTERNAL, reason="", metadata={})
    assert "secret" not in str(problems.problem_from_error(inside).document("/"))
    told = RadiantClientError(
        "Something went wrong.", code=grpc.StatusCode.INTERNAL, reason="INTERNAL", metadata={"error_id": "e1"}
    )
    assert problems.problem_from_error(told).document("/")["errorId"] == "e1"


async def test_a_fault_of_the_gateway_itself_is_logged_under_an_id(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(served.calls, "make", broken)
    answer = await served.ask("GET", "/service/feedback/config")
    assert answer.status_code == 500
    error_id = checked(answer)["errorId"]
    assert "secret" not in answer.text
    assert any(getattr(record, "fields", {}).get("error_id") == error_id for record in caplog.records)
