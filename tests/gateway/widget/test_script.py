"""Tests of the script file: size, caching, cross-origin headers and content security policy."""

import gzip
import re
from importlib.resources import files

import httpx
import pytest
from playwright.async_api import expect

from gateway.app import application
from gateway.http.settings import HttpLimits, HttpSettings
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings
from gateway.widget.routes import DEBUG_SCRIPT, compact, widget_routes
from tests.gateway.fixtures.gateway import bearer
from tests.gateway.fixtures.widget_page import ChatPage, wait_until

pytestmark = pytest.mark.asyncio(loop_scope="package")
SCRIPT = "/widget/radiant-feedback.js"
GZIP_BYTES_MAX = 8192


def gateway_client() -> httpx.AsyncClient:
    """Returns a client of a gateway without services."""
    http = HttpSettings(limits=HttpLimits(requests_per_s=0), cors_origins=("https://app.example",))
    settings = GatewaySettings(http=http)
    app = application(settings, ServiceCalls(settings.addresses, settings.http.limits.call_timeout), widget_routes())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def test_script_is_below_its_size_limit_and_uses_no_unsafe_api() -> None:
    async with gateway_client() as client:
        answer = await client.get(SCRIPT, headers={"accept-encoding": "identity"})
        explanations = await client.get(f"/widget/{DEBUG_SCRIPT}")
    assert "content-encoding" not in answer.headers
    assert len(gzip.compress(answer.content, 9)) < GZIP_BYTES_MAX
    for content in (answer.content, explanations.content):
        for word in (b"eval(", b"innerHTML", b"new Function", b".style", b"document.write"):
            assert word not in content


async def test_compact_script_has_the_same_texts_as_its_source() -> None:
    source = (files("gateway.widget") / "radiant-feedback.js").read_text()
    assert re.findall('"[^"]*"', compact(source)) == re.findall('"[^"]*"', re.sub(r"(?m)^ */\*.*\*/\n", "", source))
    assert not re.search(r"(?m)^\s*//|\s//\s", source), "the end of a line comment would be removed"


async def test_script_is_cacheable_and_available_to_each_origin() -> None:
    async with gateway_client() as client:
        answer = await client.get(SCRIPT, headers={"accept-encoding": "gzip", "origin": "https://any.example"})
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("public, max-age=300")
        tag = answer.headers["etag"]
        cached = await client.get(SCRIPT, headers={"accept-encoding": "gzip", "if-none-match": f'"x", W/{tag}'})
        assert (cached.status_code, cached.content, cached.headers["etag"]) == (304, b"", tag)
        plain = await client.get(SCRIPT, headers={"accept-encoding": "identity", "if-none-match": tag})
        assert (plain.status_code, plain.text) == (200, answer.text)
        assert plain.headers["etag"] != tag


async def test_demonstration_page_has_its_own_policy_and_other_paths_the_strictest() -> None:
    async with gateway_client() as client:
        page = await client.get("/widget/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "<script>" not in page.text
        assert " style=" not in page.text
        other = await client.get("/healthz")
        assert other.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert other.headers["cross-origin-resource-policy"] == "same-site"


async def test_demonstration_page_works_within_its_policy(chat: ChatPage) -> None:
    page, messages = await (await chat.browser.new_context()).new_page(), list[str]()
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    await page.goto(f"{chat.base}/widget/")
    await page.get_by_label("Token").fill(bearer("acme", "service")["authorization"].removeprefix("Bearer "))
    await page.get_by_role("button", name="Show", exact=True).click()
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.locator("#log")).to_contain_text("explicit: stored")
    await wait_until(chat.votes)
    assert messages == []
