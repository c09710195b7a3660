"""How the intake stands beside the gateway's HTTP server: one process, started and drained together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from starlette.applications import Starlette

from gateway.otlp.endpoints import otlp_routes
from gateway.otlp.ingest_calls import IngestCalls
from gateway.otlp.intake import Intake
from gateway.otlp.receiver import Receiver
from gateway.server import HttpServer
from gateway.settings import GatewaySettings


class Doors:
    """The HTTP server and, unless telemetry is off, the gRPC receiver."""

    def __init__(self, http: HttpServer, receiver: Receiver | None) -> None:
        """Takes both; neither listens yet."""
        self._http, self._receiver = http, receiver
        self.otlp_port = 0
        """Port of the receiver, once it is started."""

    async def start(self) -> int:
        """Starts both; returns the port of HTTP. Raises as `HttpServer.start` does."""
        port = await self._http.start()
        if self._receiver is not None:
            try:
                self.otlp_port = await self._receiver.start()
            except BaseException:
                await self._http.stop(timedelta())
                raise
        return port

    async def set_serving(self, serving: bool) -> None:
        """Tells health checks whether to send calls here."""
        await self._http.set_serving(serving)
        if self._receiver is not None:
            await self._receiver.set_serving(serving)

    async def stop(self, grace: timedelta) -> None:
        """Takes no new request, lets running ones end within the grace, then cancels them."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._http.stop, grace)
            if self._receiver is not None:
                stack.push_async_callback(self._receiver.stop, grace)


@contextlib.asynccontextmanager
async def doors(settings: GatewaySettings, app: Starlette) -> AsyncIterator[Doors]:
    """Gives the application's server with telemetry beside it; both are built and not yet started."""
    http = HttpServer(settings, app)
    if not settings.otlp.enabled:
        yield Doors(http, None)
        return
    ingest = IngestCalls(settings.addresses.ingest, settings.limits.call_timeout)
    intake = Intake(ingest, settings.otlp)
    app.router.routes.extend(otlp_routes(intake, settings.limits.read_timeout))
    try:
        yield Doors(http, Receiver(intake, settings.host, settings.otlp.grpc_port))
    finally:
        intake.close()
        await ingest.close()
