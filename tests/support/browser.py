"""A browser for tests of pages, and checks of their accessibility."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

EXECUTABLE = "/usr/bin/chromium"
PRESENT = Path(EXECUTABLE).exists()
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
"""Arguments without background network requests and with a fake microphone."""
GRAVE = ("serious", "critical")


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Runs Chromium within the block. Skips the test if Chromium is not installed."""
    if not PRESENT:
        pytest.skip(f"{EXECUTABLE} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


async def axe_faults(page: Page) -> list[str]:
    """Returns the serious and critical accessibility violations with their elements.

    The page's context must have been made with bypass_csp=True, for axe is a script from outside.
    """
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe checked nothing"
    return [
        f"{each['impact']} {each['id']}: {[str(node['target']) for node in each['nodes']]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]
