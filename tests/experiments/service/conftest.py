"""Fixtures of the tests of the service."""

from collections.abc import AsyncIterator

import pytest

from tests.experiments.service.serving import Serving, serving


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Serving]:
    """Gives a running service on an empty database."""
    async with serving(database_url) as opened:
        yield opened
