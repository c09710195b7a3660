"""Tests of sign-in in development and by an OpenID provider."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cli.embedded.process import free_port
from gateway.app import application
from gateway.console.session.session import COOKIE_NAME
from gateway.console.session.signin import BROWSER_COOKIE_NAME
from gateway.console.settings import ConsoleSettings, OidcSettings
from gateway.http.settings import HttpSettings
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from kit.auth.sign_in_links import sign_in_code
from kit.auth.tokens import mint
from tests.gateway.fixtures.console.client import BASE_URL, anonymous_client, open_sign_in_link
from tests.gateway.fixtures.console.identity_provider import identity_provider
from tests.support.suite import KEY

DEVELOPMENT = "/console/signin/development"
ADMIN = {"tenant": "acme", "role": "admin"}


@pytest.mark.parametrize(
    "changes",
    [
        {"http": HttpSettings(development=False, host="0.0.0.0")},
        {"token_key": ""},
        {"http": HttpSettings(host="0.0.0.0")},
    ],
    ids=["not-development", "without-key", "public-address"],
)
async def test_development_sign_in_without_key_or_on_public_address_is_disabled(
    settings: GatewaySettings, calls: ServiceCalls, changes: dict[str, object]
) -> None:
    async with anonymous_client(application(settings.model_copy(update=changes), calls)) as client:
        assert (await client.post(DEVELOPMENT, data=ADMIN)).status_code == 404
        assert "Development" not in (await client.get("/console/signin")).text


async def test_development_sign_in_from_another_host_is_forbidden(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    app = application(settings, calls)
    async with anonymous_client(app) as local, anonymous_client(app, peer="10.1.2.3") as remote:
        await open_sign_in_link(local)
        remote.cookies = local.cookies
        assert (await remote.post(DEVELOPMENT, data=ADMIN)).status_code == 403
        assert (await remote.get(f"/console/signin?code={sign_in_code(KEY)}")).status_code == 403
        assert (await local.post(DEVELOPMENT, data=ADMIN)).status_code == 303


async def test_development_sign_in_without_link_is_forbidden(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        assert "<form" not in (await client.get("/console/signin")).text
        response = await client.post(DEVELOPMENT, data=ADMIN)
        assert response.status_code == 403
        assert "`radiant console`" in response.text
        client.cookies.set(BROWSER_COOKIE_NAME, mint(KEY, "", ["operator"], timedelta(hours=1)))
        assert (await client.post(DEVELOPMENT, data=ADMIN)).status_code == 403


async def test_sign_in_link_works_once_and_not_after_its_gateway_restarts(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    app, code = application(settings, calls), sign_in_code(KEY)
    link = f"/console/signin?code={code}"
    async with anonymous_client(application(settings, calls)) as later_gateway:
        assert (await later_gateway.get(link)).status_code == 403
    async with anonymous_client(app) as first, anonymous_client(app) as second:
        link = f"/console/signin?code={sign_in_code(KEY)}"
        assert (await first.get(link)).status_code == 303
        assert (await second.get(link)).status_code == 403
        assert (await first.post(DEVELOPMENT, data=ADMIN)).status_code == 303
        assert (await second.post(DEVELOPMENT, data=ADMIN)).status_code == 403
        foreign = sign_in_code("another-key-of-at-least-32-bytes-012345")
        assert (await second.get(f"/console/signin?code={foreign}")).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7180", "127.0.0.1.evil.example", "localhost:", "", "[::2]"]
)
async def test_development_sign_in_with_host_that_is_not_loopback_is_forbidden(
    settings: GatewaySettings, calls: ServiceCalls, host: str
) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await open_sign_in_link(client)
        headers = {"host": host, "origin": f"http://{host}"}
        assert (await client.post(DEVELOPMENT, data=ADMIN, headers=headers)).status_code == 403
        code = sign_in_code(KEY)
        assert (await client.get(f"/console/signin?code={code}", headers={"host": host})).status_code == 403
        assert (await client.get(f"/console/signin?code={code}", headers={"host": "localhost:7180"})).status_code == 303


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/console\\evil", "/api/v2", "/console/signin"]
)
async def test_sign_in_with_next_address_outside_console_redirects_to_start_page(
    settings: GatewaySettings, calls: ServiceCalls, address: str
) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await open_sign_in_link(client)
        response = await client.post(DEVELOPMENT, data=ADMIN | {"next": address})
        assert response.headers["location"] == "/console/"


async def _sign_in_at_provider(client: httpx.AsyncClient) -> httpx.Response:
    """Follows the redirects to the provider and back; returns the response of the callback."""
    redirect = await client.get("/console/signin/provider?next=/console/audit")
    assert redirect.status_code == 302
    async with httpx.AsyncClient() as browser:
        callback = await browser.get(redirect.headers["location"])
    return await client.get(callback.headers["location"])


async def test_openid_sign_in_maps_claims_and_rejects_wrong_state_nonce_and_roles(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    claims = {"sub": "ann", "org": {"tenant": "acme"}, "realm": {"roles": ["Feedback Admins", "other"]}}
    async with identity_provider(**claims) as provider:
        oidc = OidcSettings(
            issuer=provider.issuer,
            client_id="console",
            client_secret="s",
            tenant_claim="org.tenant",
            roles_claim="realm.roles",
            role_map={"Feedback Admins": "admin"},
        )
        with_provider = settings.model_copy(
            update={"token_key": "", "console": ConsoleSettings(public_url=BASE_URL, oidc=oidc)}
        )
        app = application(with_provider, calls)
        async with anonymous_client(app) as client:
            response = await _sign_in_at_provider(client)
            assert (response.status_code, response.headers["location"]) == (303, "/console/audit")
            assert "ann · acme" in (await client.get("/console/recommendations")).text
        async with anonymous_client(app) as client:
            unknown_state = await client.get("/console/signin/provider/back?code=x&state=y")
            assert unknown_state.status_code == 401
            assert COOKIE_NAME not in client.cookies
        provider.has_wrong_nonce = True
        async with anonymous_client(app) as client:
            assert (await _sign_in_at_provider(client)).status_code == 401
        provider.has_wrong_nonce = False
        provider.claims = {"sub": "bob", "org": {"tenant": "acme"}, "realm": {"roles": []}}
        async with anonymous_client(app) as client:
            assert (await _sign_in_at_provider(client)).status_code == 403


async def test_openid_redirect_uri_is_public_url_whatever_host_the_request_names(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    async with identity_provider(sub="ann") as provider:
        oidc = OidcSettings(issuer=provider.issuer, client_id="console", client_secret="s")
        console = ConsoleSettings(public_url="https://radiant.example", oidc=oidc)
        app = application(settings.model_copy(update={"token_key": "", "console": console}), calls)
        async with anonymous_client(app) as client:
            response = await client.get("/console/signin/provider", headers={"host": "evil.example"})
            parameters = parse_qs(urlsplit(response.headers["location"]).query)
            assert parameters["redirect_uri"] == ["https://radiant.example/console/signin/provider/back"]


async def test_openid_sign_in_at_provider_that_does_not_respond_shows_503(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    oidc = OidcSettings(issuer=f"http://127.0.0.1:{free_port()}", client_id="console", client_secret="s")
    with_provider = settings.model_copy(
        update={"token_key": "", "console": ConsoleSettings(public_url=BASE_URL, oidc=oidc)}
    )
    async with anonymous_client(application(with_provider, calls)) as client:
        response = await client.get("/console/signin/provider")
        assert response.status_code == 503
        assert "The identity provider does not respond." in response.text
