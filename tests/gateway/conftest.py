"""Fixtures of the gateway's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.serving import Gateway, gateway


@pytest.fixture
async def served(database_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """Gives the gateway over running services on an empty database."""
    async with gateway(database_url, redis_url) as opened:
        yield opened
