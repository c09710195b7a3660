"""Fixtures of the tests of ingest.

- database_url: superuser address of a migrated database without rows
- ingest: the running service on that database
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.ingest.fixtures.database import SharedDatabase
from tests.ingest.fixtures.service import IngestService, open_service
from tests.support.servers import Apart, Databases


@pytest.fixture(scope="session")
def shared_database(apart: Apart, databases: Databases) -> Iterator[SharedDatabase]:
    """Gives the database that the tests of ingest share."""
    database = SharedDatabase(apart, databases)
    yield database
    database.close()


@pytest.fixture
def database_url(shared_database: SharedDatabase) -> Iterator[str]:
    """Gives the superuser address of the shared database, and deletes its rows after the test."""
    yield shared_database.url
    shared_database.reset()


@pytest.fixture
async def ingest(database_url: str, redis_url: str) -> AsyncIterator[IngestService]:
    """Gives the running service on the shared database."""
    async with open_service(database_url, redis_url) as service:
        yield service
