"""Fixtures of the tests of experiments."""

from collections.abc import AsyncIterator

import pytest

from tests.experiments.fixtures.rollouts import Advance, open_advance
from tests.experiments.fixtures.service import ExperimentsService, open_service


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[ExperimentsService]:
    """Yields a running service on an empty database."""
    async with open_service(database_url) as opened:
        yield opened


@pytest.fixture
async def advance(database_url: str) -> AsyncIterator[Advance]:
    """Yields a function that makes one round of rollout decisions, as the background task of a replica does."""
    async with open_advance(database_url) as function:
        yield function
