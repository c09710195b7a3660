"""Fixtures of the tests of the client."""

from collections.abc import AsyncIterator

import pytest

from radiant_client import Connection, Ingest, Recommend, open_channel
from tests.client.fixtures.fake_services import FakeSuite, fake_suite


@pytest.fixture
async def fake() -> AsyncIterator[FakeSuite]:
    """Yields both fakes on a free port."""
    async with fake_suite() as served:
        yield served


@pytest.fixture
async def connection(fake: FakeSuite) -> AsyncIterator[Connection]:
    """Yields a connection to the fakes."""
    opened = open_channel(fake.address, "secret")
    yield opened
    await opened.close()


@pytest.fixture
def ingest(connection: Connection) -> Ingest:
    """Returns the client of IngestService."""
    return Ingest(connection)


@pytest.fixture
def recommend(connection: Connection) -> Recommend:
    """Returns the client of RecommendService."""
    return Recommend(connection)
