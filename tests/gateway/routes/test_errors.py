"""Tests of error responses: they name the invalid field as the caller wrote it, and show no internals."""

import json
from typing import Any

import pytest

from tests.gateway.fixtures.gateway import Served, bearer, draft, signal, vote
from tests.gateway.fixtures.problem_documents import invalid_fields, problem_of, status_and_reason

CONFIG, EXPLICIT, BATCH = "/service/feedback/config", "/feedback/explicit", "/service/feedback/implicit/batch"


async def test_invalid_body_returns_the_field_paths_of_the_body(served: Served) -> None:
    async def fields(path: str, **content: Any) -> list[str]:
        return invalid_fields(await served.request("POST", path, **content))

    assert await fields(EXPLICIT, json={}) == ["outputId", "userId", "rating", "source"]
    assert await fields(EXPLICIT, json=vote("o", userAgent="a\x01")) == ["userAgent"]
    assert await fields(EXPLICIT, json=vote("o", wrong=1)) == ["wrong"]
    assert await fields(EXPLICIT, json=vote("o", comment=1)) == ["comment"]
    surrogate = json.dumps(vote("o", comment="\ud800"))
    headers = {"content-type": "application/json"}
    assert await fields(EXPLICIT, content=surrogate, headers=headers) == ["comment"]
    signals = {"signals": [{"outputId": "o", "userId": "u", "signalType": "SIGNAL_TYPE_REGENERATE"}, {"wrong": 1}]}
    assert await fields(BATCH, json=signals) == ["signals[1].wrong"]
    assert await fields(BATCH, json={"requestId": "x"}) == ["requestId"]
    updated = await served.request("PUT", "/admin/experiments/x", json={})
    assert invalid_fields(updated)[0] == "experimentId"


ABSURD = ("1e400", "-1e400", "1.7e308", "-1", '"Infinity"', '"NaN"', '"1e400"')
"""Numbers in JSON that no field accepts."""


@pytest.mark.parametrize(
    ("path", "content", "field"),
    [
        ("/neural/recommendation", {"taskType": "chat", "candidates": ["m"], "costMax": 0}, "costMax"),
        ("/neural/recommendation", {"taskType": "chat", "candidates": ["m"], "latencyMsMax": 0}, "latencyMsMax"),
        ("/neural/recommendation", {"taskType": "chat", "candidates": ["m"], "costWeight": 0}, "costWeight"),
        ("/admin/experiments", draft() | {"alpha": 0}, "alpha"),
        ("/admin/experiments", draft() | {"usersMin": 0}, "usersMin"),
        ("/admin/experiments", draft() | {"trafficPercentage": 0}, "trafficPercentage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_absurd_number_in_body_is_named(served: Served, path: str, content: dict[str, Any], field: str) -> None:
    for number in ABSURD:
        body = json.dumps(content | {field: "N"}).replace('"N"', number)
        headers = {"content-type": "application/json"}
        answer = await served.request("POST", path, content=body, headers=headers)
        assert invalid_fields(answer) == [field], (number, answer.text)


async def test_absurd_number_in_nested_message_is_named_with_its_index(served: Served) -> None:
    profiles = [{"model": "m"}, {"model": "n", "cost": "N"}]
    body = json.dumps({"taskType": "chat", "candidates": ["m"], "profiles": profiles}).replace('"N"', "1e400")
    answer = await served.request(
        "POST", "/neural/recommendation", content=body, headers={"content-type": "application/json"}
    )
    assert invalid_fields(answer) == ["profiles[1].cost"]


async def test_absurd_number_in_signal_value_is_named(served: Served) -> None:
    for number, is_valid in (("1e400", False), ("1.7e308", False), ("-1e20", False), ("1.75e18", True)):
        body = json.dumps(signal("o") | {"signalValue": {"depth": ["N"]}}).replace('"N"', number)
        headers = {"content-type": "application/json"}
        answer = await served.request("POST", "/feedback/implicit", content=body, headers=headers)
        if is_valid:
            assert answer.status_code == 200, answer.text
        else:
            assert invalid_fields(answer)[0].startswith("signalValue"), (number, answer.text)


async def test_invalid_query_returns_the_names_of_the_parameters(served: Served) -> None:
    async def fields(path: str, params: Any) -> list[str]:
        return invalid_fields(await served.request("GET", path, params=params))

    context = {"taskType": "ANY!", "candidates": ["m", ""]}
    assert await fields("/neural/recommendation", context) == ["taskType", "candidates[1]"]
    assert await fields("/neural/recommendation", {"strategy": "x"}) == ["strategy"]
    assert await fields("/neural/scores", {"other": "x"}) == ["other"]
    assert await fields("/neural/scores", {"includeRollups": "maybe"}) == ["includeRollups"]
    assert await fields(CONFIG, [("userId", "u"), ("userId", "v")]) == ["userId"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"1", b'{"a":NaN}', b"\xff", b"[" * 100_000],
    ids=["empty", "truncated", "array", "number", "nan", "not-utf-8", "deep"],
)
async def test_body_that_is_no_json_object_is_rejected(served: Served, body: bytes) -> None:
    answer = await served.request("POST", EXPLICIT, content=body, headers={"content-type": "application/json"})
    assert status_and_reason(answer) == (400, "MALFORMED_JSON")


async def test_request_with_invalid_caller_path_method_or_type_returns_its_reason(served: Served) -> None:
    async def error(method: str, path: str, **more: Any) -> tuple[int, str]:
        return status_and_reason(await served.request(method, path, **more))

    assert await error("GET", CONFIG, caller={}) == (401, "TOKEN_MISSING")
    assert await error("GET", CONFIG, caller={"authorization": "Bearer x"}) == (401, "TOKEN_INVALID")
    assert await error("GET", CONFIG, headers={"authorization": b"Bearer \xe4"}) == (401, "TOKEN_INVALID")
    assert await error("GET", "/admin/trust-scores", caller=bearer("acme", "service")) == (403, "ROLE_MISSING")
    assert (await served.request("GET", CONFIG, caller={})).headers["www-authenticate"] == "Bearer"
    assert await error("GET", "/nothing") == (404, "NO_SUCH_PATH")
    assert await error("DELETE", "/admin/experiments") == (405, "NO_SUCH_METHOD")
    allowed = (await served.request("DELETE", "/admin/experiments")).headers["allow"]
    assert {"GET", "POST"} <= set(allowed.split(", "))
    assert await error("POST", EXPLICIT, content=b"{}") == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (await error("GET", "/feedback/stats/unknown"))[0] == 404


async def test_failure_inside_the_gateway_is_logged_under_the_error_id_of_the_response(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(served.calls, "call", fail)
    answer = await served.request("GET", CONFIG)
    assert answer.status_code == 500
    error_id = problem_of(answer)["errorId"]
    assert "secret" not in answer.text
    assert any(getattr(record, "fields", {}).get("error_id") == error_id for record in caplog.records)
