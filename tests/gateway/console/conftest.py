"""Fixtures of the console's tests."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.http.service_calls import Calls
from gateway.settings import Addresses, GatewaySettings
from tests.support.suite import KEY

UNREACHABLE = Addresses(ingest="127.0.0.1:1", neural="127.0.0.1:1", experiments="127.0.0.1:1", voice="127.0.0.1:1")


@pytest.fixture
def settings() -> GatewaySettings:
    """Gives settings with development sign-in and without reachable services."""
    return GatewaySettings(addresses=UNREACHABLE, token_key=KEY)


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    """Gives channels to unreachable services, for tests that call none."""
    channels = Calls(UNREACHABLE, timedelta(seconds=1))
    yield channels
    await channels.close()
