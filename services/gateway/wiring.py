"""The only file that knows every concrete class of the gateway."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from gateway.app import application
from gateway.calls import Calls
from gateway.otlp.wiring import Doors, telemetry
from gateway.server import HttpServer
from gateway.settings import GatewaySettings


@contextlib.asynccontextmanager
async def wired(settings: GatewaySettings) -> AsyncIterator[Doors]:
    """Gives the server, built and not yet started; its channels close with the block."""
    calls = Calls(settings.addresses, settings.limits.call_timeout)
    try:
        async with telemetry(settings) as otlp:
            app = application(settings, calls)
            app.router.routes.extend(otlp.routes)
            yield otlp.beside(HttpServer(settings, app))
    finally:
        await calls.close()
