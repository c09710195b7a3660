"""The only file that knows every concrete class of the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.http.application import application
from gateway.http.server import HttpServer
from gateway.http.service_calls import Calls
from gateway.otlp.wiring import Doors, telemetry
from gateway.settings import GatewaySettings, Tls
from gateway.widget.routes import widget_routes


@contextlib.asynccontextmanager
async def wired(settings: GatewaySettings) -> AsyncIterator[Doors]:
    """Gives the servers, built and not yet started; their channels close with the block.

    Raises OSError where a file of certificates cannot be read.
    """
    limits = settings.limits
    authorities, key_pair = await asyncio.to_thread(_pem, settings.tls)
    calls = Calls(
        settings.addresses, limits.call_timeout, stream_timeout=limits.stream_timeout, services_ca=authorities
    )
    try:
        async with telemetry(settings, key_pair=key_pair, services_ca=authorities) as otlp:
            app = application(settings, calls, [*otlp.routes, *widget_routes()], paced=otlp.paths)
            yield otlp.beside(HttpServer(settings, app))
    finally:
        await calls.close()


def _pem(tls: Tls) -> tuple[bytes | None, tuple[bytes, bytes] | None]:
    """Returns the authorities of the services, and the gateway's own key and chain; None for what is not set."""
    authorities = Path(tls.services_ca).read_bytes() if tls.services_ca else None
    pair = (Path(tls.key).read_bytes(), Path(tls.certificate).read_bytes()) if tls.certificate else None
    return authorities, pair
