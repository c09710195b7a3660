"""Fixtures of the tests of neural."""

from collections.abc import AsyncIterator

import pytest

from tests.neural.fixtures.stack import LearningStack, open_stack


@pytest.fixture
async def stack(database_url: str, redis_url: str) -> AsyncIterator[LearningStack]:
    """Gives learner, publisher and rebuild on an empty database, with default settings."""
    async with open_stack(database_url, redis_url) as opened:
        yield opened
