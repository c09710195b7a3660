"""Composition root: builds the HTTP application, the OTLP intake and the servers of the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from gateway.callers.request_rates import RequestRates
from gateway.callers.verification import IngestVerifier, KeyVerifier, Verifier
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
from gateway.otlp.reports.statistics import IntakeStatistics
from gateway.routes import PREFIX, ROUTES
from gateway.routes.endpoints import rest_endpoints
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.tls import services_tls
from gateway.settings import GatewaySettings
from gateway.widget.routes import widget_routes
from gateway.workers.pool import WorkerPool
from kit.auth.settings import open_authenticator
from kit.auth.tokens import SharedKeyTokens
from kit.redis.client import open_redis
from kit.settings.addresses import is_loopback
from radiant_client.transport.channel import Tls as ClientTls


class GatewayServers:
    """The HTTP servers and, if OTLP is enabled, the gRPC receiver, started and stopped together."""

    def __init__(self, http: HttpServer, receiver: GrpcReceiver | None, otlp_http: HttpServer | None = None) -> None:
        """Takes servers that are not started. `otlp_http` is a second listener of the same application."""
        self._http, self._receiver, self._otlp_http = http, receiver, otlp_http
        self.otlp_port = self.otlp_http_port = 0
        """Ports of the gRPC receiver and of the second listener after `start`."""

    async def start(self) -> int:
        """Starts all servers and returns the HTTP port. Raises the exceptions of `HttpServer.start`."""
        async with contextlib.AsyncExitStack() as started:
            port = await self._http.start()
            started.push_async_callback(self._http.stop, timedelta())
            if self._otlp_http is not None:
                self.otlp_http_port = await self._otlp_http.start()
                started.push_async_callback(self._otlp_http.stop, timedelta())
            if self._receiver is not None:
                self.otlp_port = await self._receiver.start()
            started.pop_all()
        return port

    async def set_serving(self, serving: bool) -> None:
        """Sets the status that health checks return."""
        await self._http.set_serving(serving)
        if self._otlp_http is not None:
            await self._otlp_http.set_serving(serving)
        if self._receiver is not None:
            await self._receiver.set_serving(serving)

    async def stop(self, grace: timedelta) -> None:
        """Closes the listeners, waits up to `grace` for requests in flight, then cancels them."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._http.stop, grace)
            if self._otlp_http is not None:
                stack.push_async_callback(self._otlp_http.stop, grace)
            if self._receiver is not None:
                stack.push_async_callback(self._receiver.stop, grace)


def application(
    settings: GatewaySettings,
    calls: ServiceCalls,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    extra_rates: Mapping[str, RequestRates] = MappingProxyType({}),
    statistics: IntakeStatistics | None = None,
    revoked_sessions: RevokedSessions | None = None,
    verifier: Verifier | None = None,
    pool: WorkerPool | None = None,
) -> Starlette:
    """Returns the HTTP application: REST API, OpenAPI document, console, and `extra_routes`.

    Callers are verified below the REST API and the path prefixes of `extra_rates`, and the rate limits apply.
    `statistics` are the counts of the OpenTelemetry intake, for the console.
    Without a verifier, tokens are verified by the shared key, or by ingest if there is none. Without a pool, the
    application has one of its own. `revoked_sessions` shares sign-outs between gateways.
    """
    routes = [
        *rest_endpoints(calls, settings.http.limits, pool or WorkerPool(settings.http.limits.workers)),
        document_endpoint(),
        *_console(settings, calls, revoked_sessions, statistics).routes(),
        *extra_routes,
    ]
    methods = {route.method for route in ROUTES}
    limits = settings.http.limits
    rates = RequestRates(limits.requests_per_s, limits.burst, limits.unverified_per_s, limits.callers_remembered_max)
    return asgi_application(
        routes,
        settings.http,
        rates={PREFIX: rates, **extra_rates},
        cors_methods=methods,
        verifier=verifier or _verifier(settings, calls),
    )


def _console(
    settings: GatewaySettings,
    calls: ServiceCalls,
    revoked_sessions: RevokedSessions | None,
    statistics: IntakeStatistics | None,
) -> Console:
    has_development_sign_in = settings.http.development and is_loopback(settings.http.host)
    return Console(
        settings.console,
        calls,
        call_timeout=settings.http.limits.call_timeout,
        development_key=settings.token_key if has_development_sign_in else "",
        has_tls=settings.http.tls.is_used,
        revoked_sessions=revoked_sessions,
        statistics=statistics,
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
        verifier = await stack.enter_async_context(open_verifier(settings, calls))
        pool = WorkerPool(limits.workers)
        stack.push_async_callback(pool.close)
        routes, receiver, intake = widget_routes(), None, None
        rates: dict[str, RequestRates] = {}
        if settings.otlp.enabled:
            ingest = IngestClient(settings.addresses.ingest, limits.call_timeout, certificates)
            stack.push_async_callback(ingest.close)
            intake = Intake(ingest, verifier, pool, settings.otlp)
            routes += otlp_routes(intake, limits.read_timeout)
            rates = _otlp_rates(settings)
            receiver = GrpcReceiver(intake, settings.http.host, settings.otlp.grpc_port, key_pair)
        has_redis = bool(settings.redis.url)
        redis = await stack.enter_async_context(open_redis(settings.redis.address)) if has_redis else None
        app = application(
            settings,
            calls,
            routes,
            extra_rates=rates,
            statistics=None if intake is None else intake.statistics,
            revoked_sessions=RevokedSessions(redis),
            verifier=verifier,
            pool=pool,
        )
        port = settings.otlp.http_port
        extra = HttpServer(replace(settings.http, port=port), app) if intake is not None and port >= 0 else None
        yield GatewayServers(HttpServer(settings.http, app), receiver, extra)


def _otlp_rates(settings: GatewaySettings) -> dict[str, RequestRates]:
    """Returns the rate limits of the paths of OTLP."""
    otlp, limits = settings.otlp, settings.http.limits
    rates = RequestRates(otlp.requests_per_s, otlp.burst, limits.unverified_per_s, limits.callers_remembered_max)
    return dict.fromkeys(OTLP_PATHS, rates)


@contextlib.asynccontextmanager
async def open_verifier(settings: GatewaySettings, calls: ServiceCalls) -> AsyncIterator[Verifier]:
    """Yields the verifier of tokens: by the keys of the settings, or else by calls of ingest."""
    if not settings.auth.has_provider:
        yield _verifier(settings, calls)
        return
    async with open_authenticator(settings.auth) as authenticator:
        yield KeyVerifier(authenticator)


def _verifier(settings: GatewaySettings, calls: ServiceCalls) -> Verifier:
    """Returns the verifier of a gateway without an identity provider."""
    if settings.auth.token_key:
        return KeyVerifier(SharedKeyTokens(settings.auth.token_key))
    return IngestVerifier(calls.channel("ingest"), settings.auth.rules, settings.http.limits.call_timeout)


def _read_pem_files(tls: Tls) -> tuple[ClientTls | None, KeyPair | None]:
    """Returns the certificates for calls of services, and the gateway's key and certificate chain; None if not set."""
    key_pair = (Path(tls.key).read_bytes(), Path(tls.certificate).read_bytes()) if tls.certificate else None
    return services_tls(tls), key_pair
