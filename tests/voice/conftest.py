"""Fixtures of the tests of the service; most of them do without the voice extra."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.voice.service.serving import Serving, World, opened, serving


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """Gives an empty database and a folder of recordings, ends of jobs noted."""
    async with opened(database_url, tmp_path / "audio") as look:
        await look.watched()
        yield look


@pytest.fixture
async def service(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """Gives a running service with scripted ears on an empty database."""
    async with serving(database_url, redis_url, tmp_path / "audio") as running:
        await running.watched()
        yield running
