"""Tests of the pages in Chromium: accessibility, content security policy, charts, keyboard, live numbers."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from gateway.console.pages import PAGES
from tests.gateway.fixtures.console.browser import (
    OUTPUT_COUNT,
    TIME_ZONE_OFFSET,
    Site,
    browser_page,
    listening_gateway,
    output_manifest,
    record_traffic,
)
from tests.gateway.fixtures.gateway import gateway
from tests.support.browser import axe_faults, chromium
from tests.support.servers import Databases

SCREENSHOTS = Path("build/screens")
PAGE_BYTES_MAX = 100_000
ADDRESSES = {"recommendations": "recommendations?task=code", "feedback/output": "feedback/output?id=out-0"}
"""Addresses of pages that need parameters."""
pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(databases: Databases, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Gives one gateway with traffic and one browser for all tests of this module."""
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        database_url = stack.enter_context(databases.fresh())
        served = await stack.enter_async_context(gateway(database_url, valkey_url, tmp_path_factory.mktemp("audio")))
        await record_traffic(served)
        yield Site(served, await stack.enter_async_context(listening_gateway(served)), browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_has_no_accessibility_or_script_errors(site: Site, scheme: str) -> None:
    async with browser_page(site, scheme) as browser:
        await browser.open("signin")
        violations = {"signin": await axe_faults(browser.page)}
        await browser.sign_in("operator")
        for path in [ADDRESSES.get(page.path, page.path) for page in PAGES if "{" not in page.path]:
            await browser.open(path)
            assert browser.loaded_bytes < PAGE_BYTES_MAX, (path, browser.loaded_bytes)
            violations[path] = await axe_faults(browser.page)
            name = (path.partition("?")[0] or "overview").replace("/", "-")
            await browser.page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)
        assert {path: found for path, found in violations.items() if found} == {}
        assert browser.errors == []


async def test_overview_updates_totals_without_reload(site: Site) -> None:
    async with browser_page(site) as browser:
        await browser.sign_in("admin")
        await browser.open("")
        outputs = browser.page.locator(".funnel strong").first
        assert await outputs.inner_text() == str(OUTPUT_COUNT)
        await site.served.intake.call("RecordManifest", output_manifest(str(uuid.uuid4()), "small", "code", "ann"))
        await expect(outputs).to_have_text(str(OUTPUT_COUNT + 1))
        assert browser.errors == []


async def test_times_are_shown_in_time_zone_of_browser(site: Site) -> None:
    async with browser_page(site) as browser:
        await browser.sign_in("admin")
        await browser.open("feedback")
        element = browser.page.locator("td time").first
        exact = datetime.fromisoformat(await element.get_attribute("datetime") or "")
        local = exact + TIME_ZONE_OFFSET
        assert f"{local:%M}" in await element.inner_text()
        assert f"{int(f'{local:%I}')}:{local:%M}" in await element.inner_text()


async def test_keyboard_reaches_content_drawer_and_navigation(site: Site) -> None:
    async with browser_page(site) as browser:
        page = browser.page
        await browser.sign_in("admin")
        await browser.open("feedback")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        link = page.locator("td a").first
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#drawer [role=dialog]")
        assert await axe_faults(page) == []
        await expect(page.locator("#drawer [data-close]")).to_be_focused()
        await page.keyboard.press("Escape")
        assert await page.locator("#drawer > *").count() == 0
        assert await link.evaluate("each => each === document.activeElement")
        await page.locator("nav a", has_text="Models").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[data-chart=effectiveness] canvas")
        assert await page.evaluate("document.activeElement.id") == "main"
        assert browser.errors == []


async def test_cell_of_heat_map_opens_explanation_and_its_table_downloads_as_csv(site: Site) -> None:
    async with browser_page(site) as browser:
        page = browser.page
        await browser.sign_in("expert")
        await browser.open("models")
        box = await page.locator("[data-chart=effectiveness]").bounding_box()
        assert box
        await page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
        await page.wait_for_url("**/console/recommendations?task=*")
        assert "Explanation" in await page.inner_text("main")
        async with page.expect_download() as download:
            await page.click("a[download]")
        text = await asyncio.to_thread(Path(await (await download.value).path()).read_text)
        assert text.splitlines()[0].startswith("Model,Probability")
