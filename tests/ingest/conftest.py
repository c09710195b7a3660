"""Fixtures of the tests of intake."""

from collections.abc import AsyncIterator

import pytest

from tests.ingest.serving import Serving, serving


@pytest.fixture
async def ingest(database_url: str, redis_url: str) -> AsyncIterator[Serving]:
    """Gives a running service on an empty database."""
    async with serving(database_url, redis_url) as service:
        yield service
