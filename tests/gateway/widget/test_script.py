"""The script as a file: small, cached, for every page, within a strict policy."""

import gzip

import httpx
from playwright.async_api import expect

from gateway.app import application
from gateway.routes.service_calls import ServiceCalls
from gateway.settings import GatewaySettings, HttpLimits
from gateway.widget.routes import widget_routes
from tests.gateway.serving import bearer
from tests.gateway.widget.showing import Shown, until

SCRIPT = "/widget/radiant-feedback.js"
GZIP_BYTES_MAX = 8192


def client() -> httpx.AsyncClient:
    """Returns a client of a gateway behind which there is nothing."""
    settings = GatewaySettings(limits=HttpLimits(requests_per_s=0), cors_origins=("https://app.example",))
    app = application(settings, ServiceCalls(settings.addresses, settings.limits.call_timeout), widget_routes())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def test_the_script_is_small() -> None:
    async with client() as asked:
        answer = await asked.get(SCRIPT, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert len(gzip.compress(answer.content, 9)) < GZIP_BYTES_MAX
    for word in (b"eval(", b"innerHTML", b"new Function", b".style", b"document.write"):
        assert word not in answer.content


async def test_the_script_is_for_every_page_and_is_kept() -> None:
    async with client() as asked:
        answer = await asked.get(SCRIPT, headers={"accept-encoding": "gzip", "origin": "https://any.example"})
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("public, max-age=300")
        tag = answer.headers["etag"]
        again = await asked.get(SCRIPT, headers={"accept-encoding": "gzip", "if-none-match": f'"x", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        plain = await asked.get(SCRIPT, headers={"accept-encoding": "identity", "if-none-match": tag})
        assert (plain.status_code, plain.text) == (200, answer.text)
        assert plain.headers["etag"] != tag


async def test_the_page_has_a_policy_of_its_own_and_the_rest_keeps_the_strictest() -> None:
    async with client() as asked:
        page = await asked.get("/widget/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "<script>" not in page.text
        assert " style=" not in page.text
        other = await asked.get("/healthz")
        assert other.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert other.headers["cross-origin-resource-policy"] == "same-site"


async def test_the_demonstration_works_within_its_policy(chat: Shown) -> None:
    page, said = await (await chat.browser.new_context()).new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(f"{chat.base}/widget/")
    await page.get_by_label("Token").fill(bearer("acme", "service")["authorization"].removeprefix("Bearer "))
    await page.get_by_role("button", name="Show", exact=True).click()
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.locator("#log")).to_contain_text("explicit: stored")
    await until(chat.votes)
    assert said == []
