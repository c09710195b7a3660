"""A real browser walks every page: light and dark, by mouse and by keyboard, with axe and a strict policy watching."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from gateway.app import application
from gateway.console.pages import PAGES
from gateway.http.server import HttpServer
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.fixtures.gateway import Served, vote
from tests.ingest.serving import manifest
from tests.support.browser import axe_faults, chromium
from tests.support.suite import KEY

SHOTS = Path("build/screens")
PAGE_BYTES_MAX = 100_000
SIGN_IN = "/console/signin"
MODELS = ("small", "large", "atlas-large")
pytestmark = pytest.mark.timeout(300)


@contextlib.asynccontextmanager
async def listening(served: Served) -> AsyncIterator[str]:
    """Serves the gateway on a real port while the block runs; gives its address."""
    settings = replace(served.settings, token_key=KEY, port=0)
    server = HttpServer(settings, application(settings, served.calls))
    port = await server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await server.stop(timedelta(seconds=1))


def output(name: str, model: str, task: str, user: str) -> pb.RecordManifestRequest:
    """Builds the manifest of an output of five minutes ago."""
    request = manifest(name, model)
    request.manifest.task_type, request.manifest.user_id = task, user
    request.manifest.create_time.FromDatetime(datetime.now(UTC) - timedelta(minutes=5))
    return request


async def some_traffic(served: Served) -> None:
    """Records a day of a small tenant."""
    for number in range(60):
        model, task = MODELS[number % 3], ("code", "chat")[number % 2]
        name, user = f"out-{number}", f"user-{number % 7}"
        await served.intake.call("RecordManifest", output(name, model, task, user))
        rating = "RATING_POSITIVE" if number % 3 else "RATING_NEGATIVE"
        comment = {"comment": "shorter, please"} if number % 5 == 0 else {}
        said = await served.request("POST", "/feedback/explicit", json=vote(name, user, rating, **comment))
        assert said.status_code == 200, said.text


class Walker:
    """A person in a browser who writes down everything that goes wrong."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.faults = page, base, list[str]()
        self.bytes = 0
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("response", self._loaded)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _loaded(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")
        if "echarts" not in response.url and "/live/" not in response.url:
            self.bytes += int(response.headers.get("content-length", "0"))

    async def sign_in(self, role: str, tenant: str = "acme") -> None:
        """Signs in for development."""
        await self.page.goto(self.base + SIGN_IN)
        await self.page.fill("input[name=tenant]", tenant)
        await self.page.select_option("select[name=role]", role)
        await self.page.click("button.main")
        await self.page.wait_for_url("**/console/**")

    async def visit(self, path: str) -> None:
        """Opens a page and waits for its charts."""
        self.bytes = 0
        answer = await self.page.goto(f"{self.base}/console/{path}")
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        await self.page.wait_for_selector("h1")
        if await self.page.query_selector("[data-chart]"):
            await self.page.wait_for_selector("[data-chart] canvas")


@contextlib.asynccontextmanager
async def walker(browser: Browser, base: str, scheme: str = "light") -> AsyncIterator[Walker]:
    """Gives a person with a window of their own."""
    context: BrowserContext = await browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 1280, "height": 900},
        timezone_id="Asia/Kolkata",
    )
    try:
        yield Walker(await context.new_page(), base)
    finally:
        await context.close()


def _addresses() -> list[str]:
    more = {"recommendations": "recommendations?task=code", "feedback/output": "feedback/output?id=out-0"}
    return [more.get(page.path, page.path) for page in PAGES if "{" not in page.path]


async def test_every_page_in_light_and_dark_without_a_fault(served: Served) -> None:
    await some_traffic(served)
    async with chromium() as browser, listening(served) as base:
        for scheme in ("light", "dark"):
            async with walker(browser, base, scheme) as person:
                await person.visit("signin")
                faults = {"signin": await axe_faults(person.page)}
                await person.sign_in("operator")
                for path in _addresses():
                    await person.visit(path)
                    assert person.bytes < PAGE_BYTES_MAX, (path, person.bytes)
                    faults[path] = await axe_faults(person.page)
                    name = (path.partition("?")[0] or "overview").replace("/", "-")
                    await person.page.screenshot(path=SHOTS / f"{name}-{scheme}.png", full_page=True)
                assert {path: found for path, found in faults.items() if found} == {}
                assert person.faults == []


async def test_numbers_arrive_without_loading_the_page_again(served: Served) -> None:
    await some_traffic(served)
    async with chromium() as browser, listening(served) as base, walker(browser, base) as person:
        await person.sign_in("admin")
        await person.visit("")
        outputs = person.page.locator(".funnel strong").first
        assert await outputs.inner_text() == "60"
        await served.intake.call("RecordManifest", output(str(uuid.uuid4()), "small", "code", "ann"))
        await expect(outputs).to_have_text("61")
        assert person.faults == []


async def test_times_are_in_the_viewers_zone(served: Served) -> None:
    await some_traffic(served)
    async with chromium() as browser, listening(served) as base, walker(browser, base) as person:
        await person.sign_in("admin")
        await person.visit("feedback")
        stamp = person.page.locator("td time").first
        exact = datetime.fromisoformat(await stamp.get_attribute("datetime") or "")
        local = exact + timedelta(hours=5, minutes=30)
        assert f"{local:%M}" in await stamp.inner_text()
        assert f"{int(f'{local:%I}')}:{local:%M}" in await stamp.inner_text()


async def test_a_keyboard_is_enough(served: Served) -> None:
    await some_traffic(served)
    async with chromium() as browser, listening(served) as base, walker(browser, base) as person:
        page = person.page
        await person.sign_in("admin")
        await person.visit("feedback")
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
        assert person.faults == []


async def test_a_cell_leads_to_its_explanation_and_a_table_to_its_csv(served: Served) -> None:
    await some_traffic(served)
    async with chromium() as browser, listening(served) as base, walker(browser, base) as person:
        page = person.page
        await person.sign_in("expert")
        await person.visit("models")
        box = await page.locator("[data-chart=effectiveness]").bounding_box()
        assert box
        await page.wait_for_timeout(1200)  # the heat map grows into place
        await page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
        await page.wait_for_url("**/console/recommendations?task=*")
        assert "Why" in await page.inner_text("main")
        async with page.expect_download() as waiting:
            await page.click("a[download]")
        text = await asyncio.to_thread(Path(await (await waiting.value).path()).read_text)
        assert text.splitlines()[0].startswith("Model,Probability")
