"""Fixtures of the service. Most of its tests run without the voice extra."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.voice.fixtures.service import Store, VoiceService, open_service, open_store


@pytest.fixture
async def store(database_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """Yields an empty database that records results, and a folder of recordings."""
    async with open_store(database_url, tmp_path / "audio") as opened:
        await opened.record_results()
        yield opened


@pytest.fixture
async def service(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[VoiceService]:
    """Yields a running service with the scripted transcriber on an empty database that records results."""
    async with open_service(database_url, redis_url, tmp_path / "audio") as running:
        await running.record_results()
        yield running
