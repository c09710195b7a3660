"""Tests of the rate limit."""

from dataclasses import replace

from tests.gateway.fixtures.gateway import ACME, GLOBEX
from tests.gateway.fixtures.scripted_services import ScriptedGateway

CONFIG = "/api/v2/service/feedback/config"


async def test_caller_above_the_limit_gets_429_and_other_callers_do_not(scripted: ScriptedGateway) -> None:
    limits = replace(scripted.settings.http.limits, requests_per_s=0.5, burst=2)
    async with scripted.client_with(limits=limits) as client:
        answers = [await client.get(CONFIG, headers=ACME) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        rejected = answers[2]
        assert rejected.headers["content-type"] == "application/problem+json"
        assert rejected.json()["reason"] == "RATE_LIMITED"
        assert 1 <= int(rejected.headers["retry-after"]) <= 2
        assert 0 < rejected.json()["retryAfter"] <= 2
        assert (await client.get(CONFIG, headers=GLOBEX)).status_code == 200
        assert (await client.get("/healthz")).json() == {"status": "serving"}
