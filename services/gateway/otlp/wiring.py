"""How the intake stands beside the gateway's HTTP server: one process, started and drained together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from starlette.routing import Route

from gateway.http.server import HttpServer
from gateway.otlp.endpoints import otlp_routes
from gateway.otlp.ingest_calls import IngestCalls
from gateway.otlp.intake import Intake
from gateway.otlp.receiver import KeyPair, Receiver
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


class Telemetry:
    """The intake as the gateway mounts it: routes in the application, a receiver beside the server."""

    paths = ("/v1/",)
    """Below which the routes are."""

    def __init__(self, routes: Sequence[Route], receiver: Receiver | None) -> None:
        """Takes both; without a receiver telemetry is off."""
        self.routes = list(routes)
        self._receiver = receiver

    def beside(self, http: HttpServer) -> Doors:
        """Returns both servers as one."""
        return Doors(http, self._receiver)


@contextlib.asynccontextmanager
async def telemetry(
    settings: GatewaySettings, *, key_pair: KeyPair | None = None, services_ca: bytes | None = None
) -> AsyncIterator[Telemetry]:
    """Gives the intake, which serves nothing yet; its channel closes with the block.

    With a key pair the receiver speaks TLS alone; with authorities ingest is called over TLS.
    """
    if not settings.otlp.enabled:
        yield Telemetry([], None)
        return
    ingest = IngestCalls(settings.addresses.ingest, settings.limits.call_timeout, services_ca)
    intake = Intake(ingest, settings.otlp)
    try:
        yield Telemetry(
            otlp_routes(intake, settings.limits.read_timeout),
            Receiver(intake, settings.host, settings.otlp.grpc_port, key_pair),
        )
    finally:
        intake.close()
        await ingest.close()
