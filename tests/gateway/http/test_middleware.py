"""Tests of the middleware: request ids, security headers, CORS, body limits, metrics, log lines and mounted routes."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as Endpoint

from gateway.app import application
from gateway.callers.request_rates import RequestRates
from gateway.http.problems import Problem
from gateway.http.settings import HttpLimits, Tls
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.scripted_services import ScriptedGateway

CONFIG = "/service/feedback/config"


def request_count(route: str, status: str, method: str = "GET") -> float:
    """Returns the number of counted requests."""
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("radiant_http_requests_total", labels) or 0.0


async def test_response_contains_a_request_id_and_security_headers(scripted: ScriptedGateway) -> None:
    answer = await scripted.request("GET", CONFIG, headers={"x-request-id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with_invalid_id = await scripted.request("GET", CONFIG, headers={"x-request-id": "not one\x7f"})
    assert len(with_invalid_id.headers["x-request-id"]) == 36


async def test_response_requires_tls_in_future_only_if_clients_use_tls(scripted: ScriptedGateway) -> None:
    plain = await scripted.request("GET", CONFIG)
    assert "strict-transport-security" not in plain.headers
    async with scripted.client_with(tls=Tls(is_behind_proxy=True)) as client:
        for path in ("/healthz", f"/api/v2{CONFIG}", "/console/signin", "/none"):
            assert (await client.get(path)).headers["strict-transport-security"] == "max-age=31536000"


async def test_cors_allows_only_configured_origins(scripted: ScriptedGateway) -> None:
    preflight = {"origin": "https://app.example", "access-control-request-method": "GET"}
    without_cors = await scripted.request("OPTIONS", CONFIG, headers=preflight)
    assert without_cors.status_code == 405
    assert "access-control-allow-origin" not in (await scripted.request("GET", CONFIG, headers=preflight)).headers
    async with scripted.client_with(cors_origins=("https://app.example",)) as client:
        allowed = await client.options(f"/api/v2{CONFIG}", headers=preflight)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        rejected = await client.options(f"/api/v2{CONFIG}", headers={**preflight, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in rejected.headers
        answer = await client.get(f"/api/v2{CONFIG}", headers={**ACME, "origin": "https://app.example"})
        exposed = {each.strip() for each in answer.headers["access-control-expose-headers"].split(",")}
        assert exposed == {"date", "etag", "retry-after", "www-authenticate", "x-request-id"}


async def test_body_above_the_limit_is_rejected_with_and_without_content_length(scripted: ScriptedGateway) -> None:
    limits = HttpLimits(requests_per_s=0, body_bytes_max=1024)
    async with scripted.client_with(limits=limits) as client:
        url, body = "/api/v2/feedback/explicit", b'{"comment":"' + b"x" * 2000 + b'"}'
        headers = {**ACME, "content-type": "application/json"}

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 100):
                yield body[start : start + 100]

        for content in (body, chunks()):
            rejected = await client.post(url, headers=headers, content=content)
            assert (rejected.status_code, rejected.json()["reason"]) == (413, "BODY_TOO_LARGE")


async def test_requests_are_counted_by_declared_route_and_known_method(scripted: ScriptedGateway) -> None:
    route = "/api/v2/admin/outputs/{outputId}"
    duration_labels = {"route": route, "method": "GET"}

    def duration_count() -> float:
        return REGISTRY.get_sample_value("radiant_http_seconds_count", duration_labels) or 0.0

    ok, not_found, durations = request_count(route, "200"), request_count("other", "404"), duration_count()
    for name in ("a", "b/c"):
        await scripted.request("GET", f"/admin/outputs/{name}")
    await scripted.request("GET", "/nothing")
    unknown_method = request_count("other", "404", "other")
    await scripted.request("MADEUP", "/nothing")
    assert request_count(route, "200") == ok + 2
    assert duration_count() == durations + 2
    assert request_count("other", "404") == not_found + 1
    assert request_count("other", "404", "other") == unknown_method + 1


async def test_log_line_of_a_request_contains_no_token_and_no_user_id(
    scripted: ScriptedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await scripted.request("DELETE", "/admin/users/somebody", headers={"x-request-id": "r-1"})
    (line,) = [record.fields for record in caplog.records if record.getMessage() == "request"]  # type: ignore[attr-defined]
    assert line.pop("seconds") > 0
    assert line == {"method": "DELETE", "route": "/api/v2/admin/users/{userId}", "status": 200}
    logged = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "httpx")
    assert ACME["authorization"].split()[1] not in logged
    assert "somebody" not in logged


async def test_extra_routes_get_problem_responses_headers_metrics_and_rate_limit(scripted: ScriptedGateway) -> None:
    async def page(request: Request) -> Response:
        if "bad" in request.query_params:
            raise Problem(400, "BAD", "The parameter bad is set.")
        return Response("page", headers={"content-security-policy": "default-src 'self'"})

    async def accept(request: Request) -> Response:
        return Response()

    routes = [Mount("/elsewhere", routes=[Endpoint("/{page}", page)]), Endpoint("/v1/traces", accept, methods=["POST"])]
    rates = RequestRates(per_s=0.01, burst=1, unverified_per_s=100, keys_max=10)
    app = application(scripted.settings, scripted.calls, routes, extra_rates={"/v1/": rates})
    ok = request_count("/elsewhere/{page}", "200")
    async with scripted.client(app) as client:
        answer = await client.get("/elsewhere/home")
        assert (answer.text, answer.headers["content-security-policy"]) == ("page", "default-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await client.get("/elsewhere/home?bad=1")).json()["reason"] == "BAD"
        assert request_count("/elsewhere/{page}", "200") == ok + 1
        posts = await asyncio.gather(*(client.post("/v1/traces") for _ in range(2)))
        assert sorted(each.status_code for each in posts) == [200, 429]
