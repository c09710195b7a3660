"""Fixtures of the gateway's tests.

- database_url: superuser address of a migrated database without rows
- served: the gateway over real services on that database
- scripted: the gateway over services with scripted responses
- certificate: certificate, key and authority of localhost
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.http.settings import Tls
from tests.gateway.fixtures.gateway import Served, gateway
from tests.gateway.fixtures.scripted_services import ScriptedGateway, scripted_gateway
from tests.ingest.fixtures.database import SharedDatabase
from tests.support.certificates import Authority
from tests.support.servers import Apart, Databases


@pytest.fixture(scope="session")
def shared_database(apart: Apart, databases: Databases) -> Iterator[SharedDatabase]:
    """Yields the database that the tests of the gateway share."""
    database = SharedDatabase(apart, databases)
    yield database
    database.close()


@pytest.fixture
def database_url(shared_database: SharedDatabase) -> Iterator[str]:
    """Yields the superuser address of the shared database, and deletes its rows after the test."""
    yield shared_database.url
    shared_database.reset()


@pytest.fixture
async def served(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """Yields the gateway over real services with an empty database. There is no voice service."""
    async with gateway(database_url, redis_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedGateway]:
    """Yields the gateway over scripted services."""
    async with scripted_gateway() as opened:
        yield opened


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Returns the files of a certificate for localhost and of its authority."""
    folder, authority = tmp_path_factory.mktemp("tls"), Authority("gateway")
    pair = authority.issue(folder, "localhost")
    return Tls(certificate=str(pair.cert), key=str(pair.key), services_ca=str(authority.save(folder)))
