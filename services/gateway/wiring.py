"""The only file that knows every concrete class of the gateway."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.app import application
from gateway.calls import Calls
from gateway.server import HttpServer
from gateway.settings import GatewaySettings
from gateway.widget.routes import widget_routes


@contextlib.asynccontextmanager
async def wired(settings: GatewaySettings) -> AsyncIterator[HttpServer]:
    """Gives the server, built and not yet started; its channels close with the block.

    Raises OSError where the file of authorities cannot be read.
    """
    limits, authorities = settings.limits, settings.tls.services_ca
    calls = Calls(
        settings.addresses,
        limits.call_timeout,
        stream_timeout=limits.stream_timeout,
        services_ca=Path(authorities).read_bytes() if authorities else None,  # noqa: ASYNC240 - once, at the start
    )
    try:
        yield HttpServer(settings, application(settings, calls, widget_routes()))
    finally:
        await calls.close()
