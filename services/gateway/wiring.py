"""The only file that knows every concrete class of the gateway."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from gateway.app import application
from gateway.calls import Calls
from gateway.server import HttpServer
from gateway.settings import GatewaySettings


@contextlib.asynccontextmanager
async def wired(settings: GatewaySettings) -> AsyncIterator[HttpServer]:
    """Gives the server, built and not yet started; its channels close with the block."""
    calls = Calls(settings.addresses, settings.limits.call_timeout)
    try:
        yield HttpServer(settings, application(settings, calls))
    finally:
        await calls.close()
