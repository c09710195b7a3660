"""What stands before every page: who is signed in, what they may, and forms that only our pages can send."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from gateway.app import application
from gateway.console.pages import PAGES
from gateway.console.session import COOKIE, Sessions, TokenUnfitError
from gateway.console.settings import ConsoleSettings, OidcSettings
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import Addresses, GatewaySettings
from kit.rpc.auth import mint
from tests.gateway.console.provider import provider
from tests.support.suite import KEY

BASE = "http://127.0.0.1"
NOWHERE = Addresses(ingest="127.0.0.1:1", neural="127.0.0.1:1", experiments="127.0.0.1:1", voice="127.0.0.1:1")
SETTINGS = GatewaySettings(addresses=NOWHERE, token_key=KEY)


@pytest.fixture
async def calls() -> AsyncIterator[ServiceCalls]:
    """Gives channels that lead nowhere: nothing here asks a service."""
    made = ServiceCalls(NOWHERE, timedelta(seconds=1))
    yield made
    await made.close()


def browser(app: Starlette) -> httpx.AsyncClient:
    """Returns a client with cookies that follows nothing by itself."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)


async def signed_in(client: httpx.AsyncClient, role: str, tenant: str = "acme") -> None:
    """Signs in as somebody of a tenant."""
    answer = await client.post("/console/signin/development", data={"tenant": tenant, "role": role, "next": ""})
    assert answer.status_code == 303, answer.text


async def test_every_page_asks_strangers_to_sign_in(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        for page in PAGES:
            answer = await client.get(f"/console/{page.path}?task=code")
            assert answer.status_code == 303
            target = urlsplit(answer.headers["location"])
            assert target.path == "/console/signin"
            assert parse_qs(target.query)["next"] == [f"/console/{page.path}?task=code"]
            for path in page.actions:
                answer = await client.post(f"/console/{path}", data={"form_key": "x"})
                assert (answer.status_code, answer.headers["location"]) == (303, "/console/signin")


async def test_the_address_that_people_type_leads_to_the_first_page(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        for path in ("/", "/console"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (307, "/console/")


async def test_roles_are_enforced_for_pages_actions_and_downloads(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        await signed_in(client, "expert")
        refused = 0
        for page in PAGES:
            if "expert" not in page.roles:
                assert (await client.get(f"/console/{page.path}")).status_code == 403
                refused += 1
            for path, (roles, _) in page.actions.items():
                if "expert" not in roles:
                    assert (
                        await client.post(f"/console/{path.replace('{', '').replace('}', '')}", data={})
                    ).status_code == 403
                    refused += 1
            for path, (roles, _) in page.downloads.items():
                if "expert" not in roles:
                    assert (await client.get(f"/console/{path}")).status_code == 403
                    refused += 1
        assert refused >= 6


async def test_headers_of_pages_are_strict(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        answer = await client.get("/console/signin")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<[^>]+\s(on\w+|style)=", answer.text)


async def test_the_session_cookie_is_out_of_reach_and_sealed(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        answer = await client.post("/console/signin/development", data={"tenant": "acme", "role": "admin"})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "eyJ" not in cookie
        sealed = client.cookies[COOKIE]
        client.cookies.delete(COOKIE)
        client.cookies.set(COOKIE, sealed[:-6] + "AAAAA=", domain="127.0.0.1", path="/console")
        assert (await client.get("/console/audit")).status_code == 303


async def test_forms_need_the_key_of_the_session_and_our_own_origin(calls: ServiceCalls) -> None:
    app = application(SETTINGS, calls)
    async with browser(app) as client, browser(app) as other:
        await signed_in(client, "admin")
        await signed_in(other, "admin")

        async def key_of(who: httpx.AsyncClient) -> str:
            found = re.search(r'name="form_key" value="(\w+)"', (await who.get("/console/recommendations")).text)
            assert found
            return found[1]

        own, foreign = await key_of(client), await key_of(other)
        form = {"user": "ann", "again": "bob", "form_key": own}
        assert (await client.post("/console/privacy/forget", data=form)).status_code == 400  # got as far as the names
        for wrong in ({"form_key": foreign}, {"form_key": ""}, {}):
            sent = {key: value for key, value in form.items() if key != "form_key"} | wrong
            assert (await client.post("/console/privacy/forget", data=sent)).status_code == 403
        for header in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert (await client.post("/console/privacy/forget", data=form, headers=header)).status_code == 403


async def test_development_sign_in_is_offered_to_nobody_else(calls: ServiceCalls) -> None:
    public = replace(SETTINGS, development=False, host="0.0.0.0")
    for settings in (public, replace(SETTINGS, token_key=""), replace(SETTINGS, host="0.0.0.0")):
        async with browser(application(settings, calls)) as client:
            answer = await client.post("/console/signin/development", data={"tenant": "acme", "role": "admin"})
            assert answer.status_code == 404
            assert "Development" not in (await client.get("/console/signin")).text
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(SETTINGS, calls), client=("10.1.2.3", 5)), base_url=BASE
    ) as far:
        answer = await far.post("/console/signin/development", data={"tenant": "acme", "role": "admin"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/console\\evil", "/api/v2", "/console/signin"]
)
async def test_signing_in_leads_nowhere_else(calls: ServiceCalls, onward: str) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        form = {"tenant": "acme", "role": "admin", "next": onward}
        answer = await client.post("/console/signin/development", data=form)
        assert answer.headers["location"] == "/console/"


async def test_operators_name_a_tenant_before_anything_is_shown(calls: ServiceCalls) -> None:
    async with browser(application(SETTINGS, calls)) as client:
        await signed_in(client, "operator", "")
        answer = await client.get("/console/models")
        assert "name the one to look at" in answer.text


def test_a_token_for_no_human_opens_no_session() -> None:
    sessions = Sessions("", timedelta(hours=1))
    with pytest.raises(TokenUnfitError):
        sessions.opened(mint(KEY, "acme", ["service"], timedelta(hours=1)), "n")
    with pytest.raises(TokenUnfitError):
        sessions.opened("no token", "n")
    session = sessions.opened(mint(KEY, "acme", ["admin"], timedelta(hours=1)), "n")
    assert sessions.unseal(sessions.seal(session)) == session
    assert Sessions("", timedelta(hours=1)).unseal(sessions.seal(session)) is None
    ended = sessions.opened(mint(KEY, "acme", ["admin"], timedelta(seconds=-5)), "n")
    assert sessions.unseal(sessions.seal(ended)) is None


async def _through(client: httpx.AsyncClient) -> httpx.Response:
    """Follows the sign-in to the provider and back."""
    away = await client.get("/console/signin/provider?next=/console/audit")
    assert away.status_code == 302
    async with httpx.AsyncClient() as outside:
        back = await outside.get(away.headers["location"])
    return await client.get(back.headers["location"])


async def test_people_sign_in_by_an_openid_provider(calls: ServiceCalls) -> None:
    async with provider(sub="ann", org={"tenant": "acme"}, realm={"roles": ["Feedback Admins", "other"]}) as idp:
        oidc = OidcSettings(
            issuer=idp.issuer,
            client_id="console",
            client_secret="s",
            tenant_claim="org.tenant",
            roles_claim="realm.roles",
            role_map={"Feedback Admins": "admin"},
        )
        app = application(replace(SETTINGS, token_key="", console=ConsoleSettings(oidc=oidc)), calls)
        async with browser(app) as client:
            answer = await _through(client)
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/audit")
            assert "ann · acme" in (await client.get("/console/recommendations")).text
        async with browser(app) as client:  # a state that this browser never asked for
            forged = await client.get("/console/signin/provider/back?code=x&state=y")
            assert forged.status_code == 401
            assert COOKIE not in client.cookies
        idp.nonce_lies = True
        async with browser(app) as client:
            assert (await _through(client)).status_code == 401
        idp.nonce_lies, idp.claims = False, {"sub": "bob", "org": {"tenant": "acme"}, "realm": {"roles": []}}
        async with browser(app) as client:
            assert (await _through(client)).status_code == 403
