"""Tests of the rate limits of callers, and of the log lines of callers who are not verified."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import httpx
import pytest

from gateway.callers.request_rates import RequestRates
from gateway.http.settings import HttpLimits
from kit.auth.tokens import Principal, mint
from kit.errors import Exhausted
from tests.gateway.fixtures.gateway import ACME, GLOBEX, bearer
from tests.gateway.fixtures.scripted_services import ScriptedGateway
from tests.support.suite import KEY

CONFIG = "/api/v2/service/feedback/config"


def spellings() -> list[dict[str, str]]:
    """Returns the Authorization header of one token with every spelling of the scheme."""
    token = ACME["authorization"].split()[1]
    schemes = ("".join(letters) for letters in product(*((each, each.upper()) for each in "bearer")))
    return [{"authorization": f"{scheme} {token}"} for scheme in schemes]


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


@pytest.fixture
async def limited(scripted: ScriptedGateway) -> AsyncIterator[httpx.AsyncClient]:
    """Yields a client of a gateway that admits three requests of each caller."""
    async with scripted.client_with(limits=HttpLimits(requests_per_s=0.001, burst=3)) as client:
        yield client


async def test_spellings_of_the_scheme_share_one_limit(limited: httpx.AsyncClient) -> None:
    answers = [(await limited.get(CONFIG, headers=headers)).status_code for headers in spellings()]
    assert (len(answers), answers) == (64, [200] * 3 + [429] * 61)


async def test_tokens_of_one_subject_share_one_limit(limited: httpx.AsyncClient) -> None:
    headers = [
        {"authorization": f"Bearer {mint(KEY, 'acme', ('service',), timedelta(seconds=600 + number), 'backend')}"}
        for number in range(5)
    ]
    assert [(await limited.get(CONFIG, headers=each)).status_code for each in headers] == [200] * 3 + [429] * 2
    other = {"authorization": f"Bearer {mint(KEY, 'acme', ('service',), timedelta(hours=1), 'other')}"}
    assert (await limited.get(CONFIG, headers=other)).status_code == 200


async def test_invented_tokens_share_the_limit_of_their_address(limited: httpx.AsyncClient) -> None:
    forged = mint("another-key-of-at-least-32-characters", "acme", ("service",), timedelta(hours=1), "test")
    invented = [
        {},
        {"authorization": "x"},
        {"authorization": f"Bearer {forged}"},
        {"authorization": "Bearer 1"},
        {"authorization": "Basic 2"},
    ]
    answers = [await limited.get(CONFIG, headers=headers) for headers in invented]
    assert [each.status_code for each in answers] == [401] * 3 + [429] * 2
    assert answers[1].json()["reason"] == "TOKEN_MISSING"
    assert answers[2].json()["reason"] == "TOKEN_INVALID"
    assert "valid token" in answers[3].json()["detail"]
    assert (await limited.get(CONFIG, headers=ACME)).status_code == 200


def test_requests_without_a_valid_token_are_limited_in_total() -> None:
    rates = RequestRates(per_s=0.001, burst=2, unverified_per_s=5, keys_max=1000)
    for number in range(5):
        rates.count(None, f"10.0.0.{number}")
    with pytest.raises(Exhausted, match="gateway exceeded its limit of 5 requests per second"):
        rates.count(None, "10.0.0.9")
    rates.count(Principal("acme", "test", frozenset()), "10.0.0.9")


def test_addresses_of_one_ipv6_network_share_one_limit() -> None:
    rates = RequestRates(per_s=0.001, burst=2, unverified_per_s=100, keys_max=1000)
    for host in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9%eth0", "::ffff:10.0.0.1", "10.0.0.1"):
        rates.count(None, host)
    for host in ("2001:db8:1:2::2", "10.0.0.1"):
        with pytest.raises(Exhausted, match="The address exceeded its limit"):
            rates.count(None, host)
    rates.count(None, "2001:db8:1:3::1")


async def test_log_lines_of_unverified_callers_are_limited_and_counted(
    scripted: ScriptedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with scripted.client_with(limits=HttpLimits(requests_per_s=0, unverified_per_s=0)) as client:
        for number in range(60):
            await client.get(CONFIG, headers={"authorization": f"Bearer {number}"})
            await client.get(f"/nothing/{number}")
        for _ in range(30):
            await client.get(CONFIG, headers=bearer("acme"))
    statuses = [
        record.fields["status"]  # type: ignore[attr-defined]
        for record in caplog.records
        if record.getMessage() == "request"
    ]
    assert (statuses.count(401), statuses.count(404), statuses.count(200)) == (20, 20, 30)


async def test_log_lines_of_a_service_about_unverified_callers_are_limited(
    scripted: ScriptedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    channel = scripted.calls.channel("ingest")
    call: Any = channel.unary_unary("/radiant.ingest.v1.IngestService/GetWidgetConfig")
    for number in range(60):
        result = call(b"", metadata=(("authorization", f"Bearer {number}"),))
        assert "UNAUTHENTICATED" in str(await result.code())
    lines = [record for record in caplog.records if record.getMessage() == "call ended with an error"]
    assert 0 < len(lines) <= 20
