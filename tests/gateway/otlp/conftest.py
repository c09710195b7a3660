"""Fixtures of the intake's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.otlp.serving import Taking, taking
from tests.ingest.fixtures import service as ingest


@pytest.fixture
async def intake(database_url: str, redis_url: str) -> AsyncIterator[ingest.IngestService]:
    """Gives ingest on an empty database."""
    async with ingest.open_service(database_url, redis_url) as opened:
        yield opened


@pytest.fixture
async def taken(intake: ingest.IngestService) -> AsyncIterator[Taking]:
    """Gives the gateway over that ingest, with both of its ports."""
    async with taking(intake) as opened:
        yield opened
