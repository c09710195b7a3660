"""Fixtures of the tests of the widget. The browser is started once; its event loop is that of the package."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.gateway.fixtures.gateway import Served, gateway
from tests.gateway.fixtures.widget_page import OUTPUT, ChatPage, chat_page
from tests.ingest.fixtures.service import manifest
from tests.support.browser import chromium


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Yields Chromium."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="package")
async def served(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """Yields a gateway over services with an empty database."""
    async with gateway(database_url, redis_url, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def chat(browser: Browser, served: Served) -> AsyncIterator[ChatPage]:
    """Yields a page with the widget. Its output and that of the demonstration page have manifests of another user."""
    for output in (OUTPUT, "demo-output"):
        request = manifest(output)
        request.manifest.user_id = "author"
        await served.intake.call("RecordManifest", request)
    async with chat_page(served, browser) as page:
        yield page
