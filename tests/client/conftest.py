"""Fixtures of the client's tests."""

from collections.abc import AsyncIterator

import pytest

from radiant_client import Connection, Ingest, Recommend, open_channel
from tests.client.fixtures.fake_services import Suite, suite


@pytest.fixture
async def fake() -> AsyncIterator[Suite]:
    """Gives both fakes on a free port."""
    async with suite() as served:
        yield served


@pytest.fixture
async def connection(fake: Suite) -> AsyncIterator[Connection]:
    """Gives a connection to them."""
    opened = open_channel(fake.address, "secret")
    yield opened
    await opened.close()


@pytest.fixture
def ingest(connection: Connection) -> Ingest:
    """Gives the intake."""
    return Ingest(connection)


@pytest.fixture
def recommend(connection: Connection) -> Recommend:
    """Gives the recommender."""
    return Recommend(connection)
