"""A gRPC server with health checks, reflection and the common wrapper of all methods."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2

from kit.auth.access import access_rules
from kit.auth.tokens import Authenticator
from kit.lifecycle import StartError
from kit.rpc.concurrency import ConcurrencyLimits
from kit.rpc.connections.first_message import FirstMessages
from kit.rpc.connections.health import HealthHandlers, reflection_handlers
from kit.rpc.connections.peers import PeerCalls
from kit.rpc.connections.settings import ConnectionSettings
from kit.rpc.interceptors import Interceptor
from kit.rpc.quota import Quotas, QuotaSettings
from kit.rpc.tls import Certificates, Credentials, TlsSettings
from kit.rpc.validation import VALUES_MAX
from kit.settings.addresses import is_loopback
from kit.settings.declaration import Setting
from kit.telemetry.metrics import DEVELOPMENT

log = logging.getLogger(__name__)

DEVELOPMENT_NAME = "radiant.development"
"""Health service that is SERVING in development mode and unknown otherwise."""
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
    connections: ConnectionSettings = field(default_factory=ConnectionSettings)
    """Limits of connections and of calls that wait."""


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

    def __init__(self, settings: RpcServerSettings, interceptor: Interceptor, messages: FirstMessages) -> None:
        self._settings, self._interceptor = settings, interceptor
        options = [
            ("grpc.max_receive_message_length", settings.message_bytes_max),
            ("grpc.so_reuseport", 0),
            *settings.connections.grpc_options(),
        ]
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=settings.concurrent_calls_max)
        self._messages = messages
        limits = settings.connections
        self._peers = PeerCalls(limits.anonymous_per_peer_max, limits.anonymous_max)
        self._health = HealthHandlers(self._peers, messages)
        self._names: list[str] = []
        self._credentials: list[Credentials] = []
        self._background = contextlib.AsyncExitStack()

    def add(self, register: Register, servicer: object, descriptor: ServiceDescriptor) -> None:
        """Adds a service; raises AccessRuleError when a method of the service has no complete access rule."""
        rules = access_rules(descriptor)
        registrar = _Registrar()
        register(servicer, registrar)
        name = descriptor.full_name
        wrapped = {
            method: self._interceptor.wrap(descriptor.methods_by_name[method], rules[method], handler)
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
        handlers = [self._health.handlers()]
        if self._settings.reflection:
            handlers.append(reflection_handlers(tuple(self._names), self._peers))
        self._server.add_generic_rpc_handlers(tuple(handlers))
        port = self._listen()
        await self._background.enter_async_context(self._messages.watched())
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
        await self._background.aclose()


def build_server(
    settings: RpcServerSettings,
    authenticator: Authenticator,
    *,
    self_validating: frozenset[str] = frozenset(),
) -> RpcServer:
    """Returns a server without services; `self_validating` names methods that validate their messages themselves."""
    principals = settings.tls.principals
    messages = FirstMessages(settings.connections.message_wait_max)
    interceptor = Interceptor(
        authenticator,
        settings.default_deadline,
        Quotas(settings.quotas),
        ConcurrencyLimits(settings.running_calls_max, settings.running_streams_max),
        messages,
        self_validating=self_validating,
        certificates=Certificates(principals) if principals else None,
        values_max=settings.message_values_max,
    )
    return RpcServer(settings, interceptor, messages)


async def is_local_only(host: str) -> bool:
    """Returns whether a listening address is reachable from this machine only; localhost is resolved."""
    if host != "localhost":
        return is_loopback(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False
    return bool(found) and all(is_loopback(str(each[4][0])) for each in found)
