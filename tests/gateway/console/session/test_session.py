"""Tests of sessions: claims of tokens, and the encrypted cookie."""

from datetime import timedelta

import pytest

from gateway.app import application
from gateway.console.session.session import COOKIE_NAME, Sessions, TokenRejectedError
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from kit.auth.tokens import mint
from tests.gateway.fixtures.console.client import anonymous_client, open_sign_in_link
from tests.support.suite import KEY

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("token", [mint(KEY, "acme", ["service"], HOUR), mint(KEY, "", ["admin"], HOUR), "no token"])
def test_session_from_token_without_console_role_or_tenant_is_rejected(token: str) -> None:
    with pytest.raises(TokenRejectedError):
        Sessions("", HOUR).from_token(token, "n")


def test_session_from_its_cookie_is_equal() -> None:
    sessions = Sessions("", HOUR)
    session = sessions.from_token(mint(KEY, "acme", ["admin"], HOUR), "n")
    assert sessions.from_cookie(sessions.to_cookie(session)) == session


def test_session_from_cookie_with_another_secret_is_none() -> None:
    sessions = Sessions("", HOUR)
    cookie = sessions.to_cookie(sessions.from_token(mint(KEY, "acme", ["admin"], HOUR), "n"))
    assert Sessions("", HOUR).from_cookie(cookie) is None


def test_session_with_expired_token_is_none() -> None:
    sessions = Sessions("", HOUR)
    expired = sessions.from_token(mint(KEY, "acme", ["admin"], timedelta(seconds=-5)), "n")
    assert sessions.from_cookie(sessions.to_cookie(expired)) is None


async def test_session_cookie_is_http_only_and_encrypted(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await open_sign_in_link(client)
        response = await client.post("/console/signin/development", data={"tenant": "acme", "role": "admin"})
        cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "eyJ" not in cookie  # the start of a JWT
        value = client.cookies[COOKIE_NAME]
        client.cookies.delete(COOKIE_NAME)
        client.cookies.set(COOKIE_NAME, value[:-6] + "AAAAA=", domain="127.0.0.1", path="/console")
        assert (await client.get("/console/audit")).status_code == 303
