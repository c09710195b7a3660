"""Fixtures of the gateway's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.scripted import Scripted, scripted_gateway
from tests.gateway.serving import Served, gateway


@pytest.fixture
async def served(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """Gives the gateway over running services on an empty database; there is no voice service."""
    async with gateway(database_url, redis_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    """Gives the gateway over services that follow a script."""
    async with scripted_gateway() as opened:
        yield opened
