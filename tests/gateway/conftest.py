"""Fixtures of the gateway's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.http.settings import Tls
from tests.gateway.fixtures.gateway import Served, gateway
from tests.gateway.fixtures.scripted_services import ScriptedGateway, scripted_gateway
from tests.support.certificates import Authority


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
