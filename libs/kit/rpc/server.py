"""A gRPC server with health checks, reflection and the common wrapper of all methods."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from kit.auth.access import access_rules
from kit.auth.tokens import Authenticator
from kit.lifecycle import StartError
from kit.rpc.concurrency import ConcurrencyLimits
from kit.rpc.interceptors import Interceptor
from kit.rpc.quota import Quotas, QuotaSettings
from kit.rpc.tls import Certificates, Credentials, TlsSettings
from kit.rpc.validation import VALUES_MAX
from kit.settings.declaration import Setting
from kit.telemetry.metrics import DEVELOPMENT

log = logging.getLogger(__name__)

DEVELOPMENT_NAME = "radiant.development"
"""Health service that is SERVING in development mode and unknown otherwise."""
PENDING_CALLS_MAX = 512
"""Calls that gRPC queues before they start. A longer queue would delay all of them."""

MEBIBYTE = 1024 * 1024

Register = Callable[[Any, Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcServerSettings:
    """Address and limits of a gRPC server."""

    host: Annotated[str, Setting("HOST")] = "127.0.0.1"
    """Address to listen on. In development mode it must be a loopback address."""
    port: Annotated[int, Setting("PORT", 0, 65_535)] = 0
    """Port to listen on; 0 selects a free port."""
    development: Annotated[bool, Setting("DEVELOPMENT")] = True
    """Development mode: callers are authenticated by tokens of the shared key; only loopback addresses are allowed."""
    message_bytes_max: Annotated[int, Setting("MESSAGE_BYTES_MAX", 1024, 64 * MEBIBYTE, "bytes")] = 4 * MEBIBYTE
    """Largest request message."""
    message_values_max: Annotated[int, Setting("MESSAGE_VALUES_MAX", 1000, 100_000_000, "values")] = VALUES_MAX
    """Values in the lists and maps of a request message, at all levels. It limits the time to validate a message."""
    concurrent_calls_max: Annotated[int, Setting("CONCURRENT_CALLS_MAX", 1, 1_000_000, "calls")] = 4096
    """Calls and streams at the same time. gRPC refuses further ones with RESOURCE_EXHAUSTED."""
    running_calls_max: Annotated[int, Setting("RUNNING_CALLS_MAX", 0, 1_000_000, "calls")] = 256
    """Unary calls at the same time. Further ones are refused with OVERLOADED and a retry delay; 0 sets no limit."""
    running_streams_max: Annotated[int, Setting("RUNNING_STREAMS_MAX", 0, 1_000_000, "streams")] = 3072
    """Streams at the same time; further ones are refused likewise. Keep it below RADIANT_CONCURRENT_CALLS_MAX, so that
    streams do not use up the limit of unary calls; 0 sets no limit."""
    default_deadline: Annotated[timedelta, Setting("DEFAULT_DEADLINE_SECONDS", 1, 3600)] = timedelta(seconds=30)
    """Deadline of unary calls that set none."""
    grace: Annotated[timedelta, Setting("GRACE_SECONDS", 0, 600)] = timedelta(seconds=10)
    """Time for calls in flight to end when the server stops; then they are cancelled."""
    reflection: Annotated[
        bool, Setting("REFLECTION", fallback="DEVELOPMENT", default_text="value of RADIANT_DEVELOPMENT")
    ] = True
    """Whether the server offers gRPC reflection to every caller."""
    tls: TlsSettings = field(default_factory=TlsSettings)
    """TLS of the server."""
    quotas: QuotaSettings = field(default_factory=QuotaSettings)
    """Limits of each tenant."""


class PublicDevelopmentError(StartError):
    """Development mode is on and the address to listen on is not a loopback address."""


class _Registrar:
    """Collects the handlers of a generated `add_..._to_server` function."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """Does nothing: the same handlers are registered by name."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Stores a service's handlers by method name."""
        self.handlers.update(handlers)


class RpcServer:
    """A server with the steps build, start and drain."""

    def __init__(self, settings: RpcServerSettings, interceptor: Interceptor) -> None:
        self._settings, self._interceptor = settings, interceptor
        options = [
            ("grpc.max_receive_message_length", settings.message_bytes_max),
            ("grpc.so_reuseport", 0),
            (
                "grpc.server.max_pending_requests",
                PENDING_CALLS_MAX * 7 // 8,
            ),  # some calls of a longer queue end as CANCELLED
            ("grpc.server.max_pending_requests_hard_limit", PENDING_CALLS_MAX),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 5000),
        ]
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=settings.concurrent_calls_max)
        self._concurrency = ConcurrencyLimits(settings.running_calls_max, settings.running_streams_max)
        self._health = health.aio.HealthServicer()
        self._names: list[str] = []
        self._credentials: list[Credentials] = []

    def add(self, register: Register, servicer: object, descriptor: ServiceDescriptor) -> None:
        """Adds a service; raises AccessRuleError when a method of the service has no complete access rule."""
        rules = access_rules(descriptor)
        registrar = _Registrar()
        register(servicer, registrar)
        name = descriptor.full_name
        wrapped = {
            method: self._concurrency.bounded(
                self._interceptor.wrap(descriptor.methods_by_name[method], rules[method], handler)
            )
            for method, handler in registrar.handlers.items()
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, wrapped),))
        self._names.append(name)

    async def start(self) -> int:
        """Starts to listen and serve; returns the port. Raises PublicDevelopmentError, or OSError for a busy port."""
        if self._settings.development and not await is_local_only(self._settings.host):
            raise PublicDevelopmentError(
                f"In development mode a server listens on loopback addresses only, not on {self._settings.host}. "
                "Set RADIANT_DEVELOPMENT=false and configure authentication."
            )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        if self._settings.reflection:
            names = (*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._server)
        port = self._listen()
        await self._server.start()
        await self.set_serving(True)
        await self._report_insecure_modes(port)
        return port

    async def _report_insecure_modes(self, port: int) -> None:
        """Reports insecure modes in the log, the metrics and the health checks."""
        DEVELOPMENT.set(self._settings.development)
        fields = {"fields": {"host": self._settings.host, "port": port}}
        if self._settings.development:
            log.warning("development mode: tokens of the shared key are accepted", extra=fields)
            await self._health.set(DEVELOPMENT_NAME, health_pb2.HealthCheckResponse.SERVING)
        elif not self._settings.tls.cert and not await is_local_only(self._settings.host):
            log.warning("connections are not encrypted: tokens are sent in plain text", extra=fields)

    def _listen(self) -> int:
        """Opens the ports and returns the first; raises OSError for a busy port, ValueError for unusable files."""
        host, tls = self._settings.host, self._settings.tls
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        address = f"{host}:{self._settings.port}"
        try:
            if not tls.cert:
                return self._server.add_insecure_port(address)
            has_second_port = tls.client_port != 0
            self._credentials = [Credentials(tls, requires_certificate=bool(tls.client_ca) and not has_second_port)]
            port = self._server.add_secure_port(address, self._credentials[0].server_credentials())
            if has_second_port:
                address = f"{host}:{tls.client_port}"
                self._credentials.append(Credentials(tls, requires_certificate=True))
                self._server.add_secure_port(address, self._credentials[1].server_credentials())
        except RuntimeError as error:
            raise OSError(f"cannot listen on {address}: {error}") from None
        return port

    async def set_serving(self, serving: bool) -> None:
        """Sets the answer of health checks."""
        kinds = health_pb2.HealthCheckResponse
        status = kinds.SERVING if serving else kinds.NOT_SERVING
        for name in ("", *self._names):
            await self._health.set(name, status)

    async def stop(self, grace: timedelta) -> None:
        """Rejects new calls, waits up to `grace` for running calls, then cancels them."""
        await self._server.stop(grace.total_seconds())


def build_server(
    settings: RpcServerSettings,
    authenticator: Authenticator,
    *,
    self_validating: frozenset[str] = frozenset(),
) -> RpcServer:
    """Returns a server without services; `self_validating` names methods that validate their messages themselves."""
    principals = settings.tls.principals
    interceptor = Interceptor(
        authenticator,
        settings.default_deadline,
        self_validating,
        Certificates(principals) if principals else None,
        Quotas(settings.quotas),
        settings.message_values_max,
    )
    return RpcServer(settings, interceptor)


def is_loopback(host: str) -> bool:
    """Returns whether a host is a loopback address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


async def is_local_only(host: str) -> bool:
    """Returns whether a listening address is reachable from this machine only; localhost is resolved."""
    if host != "localhost":
        return is_loopback(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    return bool(found) and all(is_loopback(str(each[4][0])) for each in found)
