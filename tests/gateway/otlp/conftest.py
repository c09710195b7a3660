"""Fixtures of the tests of the OpenTelemetry intake."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.fixtures.otlp import OtlpGateway, otlp_gateway
from tests.ingest.fixtures import service as ingest


@pytest.fixture
async def intake(database_url: str, redis_url: str) -> AsyncIterator[ingest.IngestService]:
    """Yields ingest with an empty database."""
    async with ingest.open_service(database_url, redis_url) as opened:
        yield opened


@pytest.fixture
async def gateway(intake: ingest.IngestService) -> AsyncIterator[OtlpGateway]:
    """Yields the gateway over the ingest service."""
    async with otlp_gateway(intake) as opened:
        yield opened
