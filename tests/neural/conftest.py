"""Fixtures of the tests of learning and recommending."""

from collections.abc import AsyncIterator

import pytest

from tests.neural.works import Works, works


@pytest.fixture
async def work(database_url: str, redis_url: str) -> AsyncIterator[Works]:
    """Gives learner, publisher and rebuild on an empty database, with the service's own settings."""
    async with works(database_url, redis_url) as opened:
        yield opened
