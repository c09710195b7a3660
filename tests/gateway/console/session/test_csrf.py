"""Tests of the protection of forms against cross-site requests."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from gateway.app import application
from gateway.console.session.signin import BROWSER_COOKIE_NAME
from gateway.http.server import HttpServer
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from kit.auth.sign_in_links import SignInCodes, sign_in_code
from tests.gateway.fixtures.connection import open_connection, read_status
from tests.gateway.fixtures.console.client import anonymous_client, sign_in
from tests.support.suite import KEY

FORM_PATH = "/console/privacy/forget"


async def _csrf_token(client: httpx.AsyncClient) -> str:
    page = (await client.get("/console/recommendations")).text
    found = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert found
    return found[1]


async def test_form_requires_csrf_token_of_session_and_same_origin(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    app = application(settings, calls)
    async with anonymous_client(app) as client, anonymous_client(app) as other:
        await sign_in(client, "admin")
        await sign_in(other, "admin")
        token, other_token = await _csrf_token(client), await _csrf_token(other)
        fields = {"user": "ann", "confirm_user": "bob"}
        form = fields | {"csrf_token": token}
        assert (await client.post(FORM_PATH, data=form)).status_code == 400  # the names differ: the token was accepted
        for wrong in ({"csrf_token": other_token}, {"csrf_token": ""}, {}):
            assert (await client.post(FORM_PATH, data=fields | wrong)).status_code == 403
        for header in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert (await client.post(FORM_PATH, data=form, headers=header)).status_code == 403


async def test_form_that_does_not_arrive_in_time_gets_status_408(
    settings: GatewaySettings, calls: ServiceCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.console.session.csrf.FORM_TIMEOUT", timedelta(seconds=0.1))
    server = HttpServer(replace(settings.http, port=0), application(settings, calls))
    cookie = SignInCodes(KEY).redeem(sign_in_code(KEY))
    head = (
        "POST /console/signin/development HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: {BROWSER_COOKIE_NAME}={cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nuser="
    ).encode()
    port = await server.start()
    try:
        async with open_connection(port) as (reader, writer):
            writer.write(head)
            assert await read_status(reader) == 408
    finally:
        await server.stop(timedelta(seconds=1))
