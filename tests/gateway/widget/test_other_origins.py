"""Tests of the widget on a page of another origin than the gateway: the snippets of the documents, and explanations."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from gateway.widget.routes import DEBUG_SCRIPT, SCRIPT, compact
from tests.gateway.fixtures.gateway import Served
from tests.gateway.fixtures.other_origin import ROOT, OtherOrigin, other_origin, snippet, token
from tests.gateway.fixtures.widget_page import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="package")
README, GUIDE = "services/gateway/widget/README.md", "docs/widget.md"
PROBLEM = "radiant-feedback [part=problem]"


async def vote(page: Page) -> None:
    """Clicks the positive thumb and waits for the thanks."""
    await page.get_by_role("button", name="Good answer").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you!")


@pytest.mark.parametrize("document", [README, GUIDE])
async def test_snippet_with_token_works_on_page_of_another_origin(
    served: Served, browser: Browser, document: str
) -> None:
    async with other_origin(served, browser) as origin:
        html = snippet(document, "token=").replace("TOKEN", token())
        html = re.sub(r"https?://(gateway\.example|127\.0\.0\.1:7180)", origin.gateway_base, html)
        await vote(await origin.open(html))
        assert await origin.votes() == (1, 0)
        assert origin.warnings == []


@pytest.mark.parametrize("document", [README, GUIDE])
async def test_snippet_with_documented_backend_works_without_cors(
    served: Served, browser: Browser, document: str
) -> None:
    backend: dict[str, Any] = {}
    exec(snippet(GUIDE, "async def forward"), backend)
    async with other_origin(served, browser, routes=backend["routes"], has_cors=False) as origin:
        backend["GATEWAY"], backend["TOKEN"] = f"{origin.gateway_base}/api/v2", token()
        html = snippet(document, 'endpoint="/feedback-api"').replace("https://gateway.example", origin.gateway_base)
        page = await origin.open(html)
        await vote(page)
        await page.get_by_role("button", name="Good answer").click()
        await expect(page.get_by_role("status")).to_have_text("Rating withdrawn.")
        assert await origin.votes() == (0, 0)
        assert origin.warnings == []


async def expect_problem(origin: OtherOrigin, page: Page, *texts: str) -> None:
    """Expects a message with these texts in the place of the widget and in the console."""
    for text in texts:
        await expect(page.locator(PROBLEM)).to_contain_text(text)
    assert [line for line in origin.warnings if all(text in line for text in texts)]


async def test_page_whose_origin_is_not_allowed_shows_the_setting(served: Served, browser: Browser) -> None:
    async with other_origin(served, browser, has_cors=False) as origin:
        page = await origin.open(origin.element(f'token="{token()}"'))
        await expect_problem(origin, page, f"RADIANT_GATEWAY_CORS_ORIGINS={origin.page_base}", "CORS")


async def test_invalid_integration_shows_its_cause_in_place_of_the_widget(served: Served, browser: Browser) -> None:
    async with other_origin(served, browser) as origin:
        for html, texts in (
            (origin.element(), ("the request has no token", "Set the attribute token")),
            (origin.element('token="x.y.z"'), ("the gateway rejects the token",)),
            (origin.element(endpoint="/api/v2"), ("/api/v2 is not the API of a gateway", "endpoint=")),
            (origin.element(endpoint="http://localhost:9"), ("cannot reach http://localhost:9",)),
            (origin.element(ids='user-id="u"'), ("the attributes output-id are missing",)),
        ):
            await expect_problem(origin, await origin.open(html), *texts)
        origin.policy = "connect-src 'self'"
        await expect_problem(origin, await origin.open(origin.element()), "content security policy", "connect-src")


async def test_missing_answer_and_unknown_output_are_logged(served: Served, browser: Browser) -> None:
    async with other_origin(served, browser) as origin:
        page = await origin.open(origin.element(f'token="{token()}" for="none"', ids='output-id="unknown" user-id="u"'))
        await page.get_by_role("button", name="Good answer").click()
        await expect(page.get_by_role("status")).to_have_text("Saved until the answer is registered.")

        async def is_logged() -> bool:
            log = " ".join(origin.warnings)
            return 'no manifest with the output_id "unknown"' in log and 'no element has the id "none" yet' in log

        await wait_until(is_logged)
        assert await origin.votes("unknown") == (1, 0)


async def test_page_in_production_shows_explanations_only_with_debug(browser: Browser) -> None:
    folder = ROOT / "services/gateway/widget"
    requested: list[str] = []
    html = f'<!doctype html><script src="/{SCRIPT}"></script><radiant-feedback output-id="7" user-id="u">'

    async def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path.removeprefix("/")
        requested.append(path)
        if path.endswith(".js"):
            body, kind = (folder / path).read_text(), "text/javascript"
            body = compact(body) if path == SCRIPT else body
        else:
            body, kind = page_html, "text/html"
        await route.fulfill(body=body, content_type=kind)

    async def is_requested() -> bool:
        return "api/v2/service/feedback/config" in requested

    for query, count in (("", 0), ("?debug", 1)):
        page_html = html.replace(SCRIPT, SCRIPT + query)
        page = await (await browser.new_context()).new_page()
        await page.route("http://app.example/**", answer)
        await page.goto("http://app.example/")
        await wait_until(is_requested)
        await expect(page.locator(PROBLEM)).to_have_count(count)
        assert (DEBUG_SCRIPT in requested) == bool(count)
        requested.clear()
        await page.context.close()


async def test_wrong_clock_is_corrected_on_page_of_another_origin(served: Served, browser: Browser) -> None:
    late = "const now = Date.now; Date.now = () => now() + 7_200_000;"
    async with other_origin(served, browser) as origin:
        await vote(await origin.open(origin.element(f'token="{token()}"'), late))
        [row] = await served.intake.rows(
            "SELECT abs(extract(epoch FROM now() - client_time))::float FROM ingest.explicit_feedback"
        )
        assert row[0] < 60
