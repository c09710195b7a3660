"""Tests of all routes: session and role requirements, security headers, redirects, tenant selection."""

import re
from urllib.parse import parse_qs, urlsplit

from gateway.app import application
from gateway.console.pages import PAGES
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from tests.gateway.fixtures.console.client import anonymous_client, sign_in


async def test_page_or_action_without_session_redirects_to_sign_in(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        for page in PAGES:
            response = await client.get(f"/console/{page.path}?task=code")
            assert response.status_code == 303
            target = urlsplit(response.headers["location"])
            assert target.path == "/console/signin"
            assert parse_qs(target.query)["next"] == [f"/console/{page.path}?task=code"]
            for path in page.actions:
                response = await client.post(f"/console/{path}", data={"csrf_token": "x"})
                assert (response.status_code, response.headers["location"]) == (303, "/console/signin")


async def test_root_and_console_without_slash_redirect_to_start_page(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        for path in ("/", "/console"):
            response = await client.get(path)
            assert (response.status_code, response.headers["location"]) == (307, "/console/")


async def test_page_action_or_download_without_role_is_forbidden(
    settings: GatewaySettings, calls: ServiceCalls
) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await sign_in(client, "expert")
        forbidden = 0
        for page in PAGES:
            if "expert" not in page.roles:
                assert (await client.get(f"/console/{page.path}")).status_code == 403
                forbidden += 1
            for path, (roles, _) in page.actions.items():
                if "expert" not in roles:
                    plain_path = path.replace("{", "").replace("}", "")
                    assert (await client.post(f"/console/{plain_path}", data={})).status_code == 403
                    forbidden += 1
            for path, (roles, _) in page.downloads.items():
                if "expert" not in roles:
                    assert (await client.get(f"/console/{path}")).status_code == 403
                    forbidden += 1
        assert forbidden >= 6


async def test_page_has_strict_security_headers(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        response = await client.get("/console/signin")
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<[^>]+\s(on\w+|style)=", response.text)


async def test_page_for_operator_without_tenant_asks_for_tenant(settings: GatewaySettings, calls: ServiceCalls) -> None:
    async with anonymous_client(application(settings, calls)) as client:
        await sign_in(client, "operator", "")
        response = await client.get("/console/models")
        assert "<h1>Select a tenant</h1>" in response.text
