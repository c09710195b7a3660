"""Composition root: builds the HTTP application, the OTLP intake and the servers of the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from gateway.console.routes import Console
from gateway.console.session.revocation import RevokedSessions
from gateway.http.application import asgi_application
from gateway.http.server import HttpServer
from gateway.http.settings import Tls
from gateway.openapi.endpoint import document_endpoint
from gateway.otlp.grpc_receiver import GrpcReceiver, KeyPair
from gateway.otlp.http_routes import OTLP_PATHS, otlp_routes
from gateway.otlp.ingest_client import IngestClient
from gateway.otlp.intake import Intake
from gateway.routes import PREFIX, ROUTES
from gateway.routes.endpoints import rest_endpoints
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.tls import services_tls
from gateway.settings import GatewaySettings
from gateway.widget.routes import widget_routes
from kit.redis.client import open_redis
from kit.rpc.server import is_loopback
from radiant_client.transport.channel import Tls as ClientTls


class GatewayServers:
    """The HTTP server and, if OTLP is enabled, the gRPC receiver, started and stopped together."""

    def __init__(self, http: HttpServer, receiver: GrpcReceiver | None) -> None:
        """Takes servers that are not started."""
        self._http, self._receiver = http, receiver
        self.otlp_port = 0
        """Port of the gRPC receiver after `start`."""

    async def start(self) -> int:
        """Starts both servers and returns the HTTP port. Raises the exceptions of `HttpServer.start`."""
        port = await self._http.start()
        if self._receiver is not None:
            try:
                self.otlp_port = await self._receiver.start()
            except BaseException:
                await self._http.stop(timedelta())
                raise
        return port

    async def set_serving(self, serving: bool) -> None:
        """Sets the status that health checks return."""
        await self._http.set_serving(serving)
        if self._receiver is not None:
            await self._receiver.set_serving(serving)

    async def stop(self, grace: timedelta) -> None:
        """Closes the listeners, waits up to `grace` for requests in flight, then cancels them."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._http.stop, grace)
            if self._receiver is not None:
                stack.push_async_callback(self._receiver.stop, grace)


def application(
    settings: GatewaySettings,
    calls: ServiceCalls,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    rate_limited_paths: Sequence[str] = (),
    revoked_sessions: RevokedSessions | None = None,
) -> Starlette:
    """Returns the HTTP application: REST API, OpenAPI document, console, and `extra_routes`.

    The rate limit applies to the REST API and to the path prefixes in `rate_limited_paths`. `revoked_sessions`
    shares sign-outs between gateways.
    """
    routes = [
        *rest_endpoints(calls, settings.http.limits),
        document_endpoint(),
        *_console(settings, calls, revoked_sessions).routes(),
        *extra_routes,
    ]
    methods = {route.method for route in ROUTES}
    return asgi_application(
        routes, settings.http, rate_limited_paths=(PREFIX, *rate_limited_paths), cors_methods=methods
    )


def _console(settings: GatewaySettings, calls: ServiceCalls, revoked_sessions: RevokedSessions | None) -> Console:
    has_development_sign_in = settings.http.development and is_loopback(settings.http.host)
    return Console(
        settings.console,
        calls,
        call_timeout=settings.http.limits.call_timeout,
        development_key=settings.token_key if has_development_sign_in else "",
        has_tls=settings.http.tls.is_used,
        revoked_sessions=revoked_sessions,
    )


@contextlib.asynccontextmanager
async def open_server(settings: GatewaySettings) -> AsyncIterator[GatewayServers]:
    """Yields the servers, which are not started; closes the channels to the services after the block.

    Raises OSError if a certificate file cannot be read.
    """
    limits = settings.http.limits
    certificates, key_pair = await asyncio.to_thread(_read_pem_files, settings.http.tls)
    calls = ServiceCalls(
        settings.addresses, limits.call_timeout, stream_timeout=limits.stream_timeout, services_tls=certificates
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(calls.close)
        routes, receiver = widget_routes(), None
        if settings.otlp.enabled:
            intake = await stack.enter_async_context(_otlp_intake(settings, certificates))
            routes += otlp_routes(intake, limits.read_timeout)
            receiver = GrpcReceiver(intake, settings.http.host, settings.otlp.grpc_port, key_pair)
        has_redis = bool(settings.redis.url)
        redis = await stack.enter_async_context(open_redis(settings.redis.address)) if has_redis else None
        app = application(
            settings, calls, routes, rate_limited_paths=OTLP_PATHS, revoked_sessions=RevokedSessions(redis)
        )
        yield GatewayServers(HttpServer(settings.http, app), receiver)


@contextlib.asynccontextmanager
async def _otlp_intake(settings: GatewaySettings, certificates: ClientTls | None) -> AsyncIterator[Intake]:
    """Yields the OTLP intake; closes its channel to ingest after the block."""
    ingest = IngestClient(settings.addresses.ingest, settings.http.limits.call_timeout, certificates)
    intake = Intake(ingest, settings.otlp)
    try:
        yield intake
    finally:
        intake.close()
        await ingest.close()


def _read_pem_files(tls: Tls) -> tuple[ClientTls | None, KeyPair | None]:
    """Returns the certificates for calls of services, and the gateway's key and certificate chain; None if not set."""
    key_pair = (Path(tls.key).read_bytes(), Path(tls.certificate).read_bytes()) if tls.certificate else None
    return services_tls(tls), key_pair
