"""Tests of the limits of each tenant on requests with a body."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx

from gateway.http.settings import HttpLimits
from radiant.voice.v1 import voice_service_pb2
from tests.gateway.fixtures.connection import listening_gateway, open_connection, request_head
from tests.gateway.fixtures.gateway import ACME, GLOBEX
from tests.gateway.fixtures.scripted_services import ScriptedGateway

BODY = b'{"text":"a"}'
PATH = "/api/v2/voice/translate"


def limits(**members: Any) -> HttpLimits:
    """Returns limits without a rate limit."""
    return HttpLimits(requests_per_s=0, **members)


async def test_tenant_at_its_limit_of_requests_gets_429_and_other_tenants_do_not(scripted: ScriptedGateway) -> None:
    http = replace(scripted.settings.http, limits=limits(tenant_requests_max=1))
    async with (
        listening_gateway(scripted, http) as port,
        open_connection(port) as (reader, writer),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        writer.write(request_head("/voice/translate", "application/json", len(BODY), expects_continue=True))
        assert b" 100 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        headers = {"content-type": "application/json"}
        rejected = await client.post(PATH, content=BODY, headers={**headers, **ACME})
        assert (rejected.status_code, rejected.json()["reason"]) == (429, "TOO_MANY_REQUESTS")
        assert rejected.headers["retry-after"] == "1"
        assert (await client.post(PATH, content=BODY, headers={**headers, **GLOBEX})).status_code == 200
        assert (await client.get("/api/v2/service/feedback/config", headers=ACME)).status_code == 200
        writer.write(BODY)
        assert b" 200 " in await asyncio.wait_for(reader.readline(), 10)
        assert (await client.post(PATH, content=BODY, headers={**headers, **ACME})).status_code == 200


async def test_bodies_and_responses_of_each_size_are_converted(scripted: ScriptedGateway) -> None:
    headers = {"content-type": "application/json"}
    for size in (0, 10_000, 200_000):
        body = b'{"text":"a"' + b" " * size
        assert (await scripted.request("POST", "/voice/translate", headers=headers, content=body + b"}")).json()
        wrong = await scripted.request("POST", "/voice/translate", headers=headers, content=body + b',"unknown":1}')
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "unknown")
    assert [message.text for _, message in scripted.script.requests] == ["a"] * 3
    for size in (10, 30_000, 200_000):
        scripted.script.responses["TranslateText"] = voice_service_pb2.TranslateTextResponse(text="x" * size)
        answer = await scripted.request("POST", "/voice/translate", headers=headers, content=BODY)
        assert answer.json()["text"] == "x" * size
