"""Fixtures of the console's tests."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.routes.service_calls import ServiceCalls
from gateway.routes.settings import Addresses
from gateway.settings import GatewaySettings
from tests.support.suite import KEY

UNREACHABLE = Addresses(ingest="127.0.0.1:1", neural="127.0.0.1:1", experiments="127.0.0.1:1", voice="127.0.0.1:1")


@pytest.fixture
def settings() -> GatewaySettings:
    """Gives settings with development sign-in and without reachable services."""
    return GatewaySettings(addresses=UNREACHABLE, token_key=KEY)


@pytest.fixture
async def calls() -> AsyncIterator[ServiceCalls]:
    """Gives channels to unreachable services, for tests that call none."""
    channels = ServiceCalls(UNREACHABLE, timedelta(seconds=1))
    yield channels
    await channels.close()
