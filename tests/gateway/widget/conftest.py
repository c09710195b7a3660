"""Fixtures of the tests of the widget. The browser is started once; its event loop is that of the package."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.gateway.fixtures.gateway import gateway
from tests.gateway.fixtures.widget_page import ChatPage, chat_page
from tests.support.browser import chromium


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Yields Chromium."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="package")
async def chat(browser: Browser, database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ChatPage]:
    """Yields a page with the widget over an empty database."""
    async with gateway(database_url, redis_url, tmp_path) as served, chat_page(served, browser) as page:
        yield page
