"""OTLP over gRPC: TraceService, LogsService, MetricsService and the health service."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2

from gateway.otlp.codec import BodyFormat, DecompressedTooLarge, decompress, encoding_of
from gateway.otlp.intake import Export, ExportRequest, Intake
from gateway.otlp.metrics import REQUESTS
from gateway.otlp.settings import OtlpSettings
from kit.errors import Exhausted, RadiantError, Unavailable
from kit.ids import new_id
from kit.rpc.connections.first_message import FirstMessages
from kit.rpc.connections.health import HealthHandlers
from kit.rpc.connections.peers import PeerCalls, address_of
from kit.rpc.connections.settings import keepalive_options
from kit.rpc.status import abort, internal, to_status
from kit.telemetry import logs

log = logging.getLogger(__name__)

TRACE_SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
LOGS_SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService"
METRICS_SERVICE = "opentelemetry.proto.collector.metrics.v1.MetricsService"

SMALL_MESSAGE_BYTES_MAX = 4096
"""Largest decompressed message of the health service."""
MALFORMED = b"\xff"
"""Not a protobuf message. It replaces a message that cannot be decompressed, so that it is refused likewise."""

KeyPair = tuple[bytes, bytes]
"""A private key and its certificate chain (PEM)."""


class GrpcReceiver:
    """A gRPC server of the OpenTelemetry collector services."""

    def __init__(self, intake: Intake, host: str, port: int, key_pair: KeyPair | None = None) -> None:
        """Builds the server; `start` binds the port. With a key pair, the server accepts only TLS."""
        self._intake, self._address = intake, f"{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"
        self._key_pair, settings = key_pair, intake.settings
        self._server = grpc.aio.server(options=_options(settings))
        limits = settings.connection
        self._messages = FirstMessages(limits.message_timeout)
        self._health = HealthHandlers(PeerCalls(limits.peer_watches_max, limits.watches_max), self._messages)
        self._background = contextlib.AsyncExitStack()
        exports = (
            (TRACE_SERVICE, "traces", intake.export_traces),
            (LOGS_SERVICE, "logs", intake.export_logs),
            (METRICS_SERVICE, "metrics", intake.export_metrics),
        )
        for name, signal, export in exports:
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_unary_rpc_method_handler(
                self._export_handler(signal, export)
            )
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))

    async def start(self) -> int:
        """Binds the port, starts to serve, and returns the port. Raises OSError if the port is in use."""
        self._server.add_generic_rpc_handlers((_Decompression(self._health.handlers()),))
        try:
            if self._key_pair is None:
                port = self._server.add_insecure_port(self._address)
            else:
                credentials = grpc.ssl_server_credentials([self._key_pair])
                port = self._server.add_secure_port(self._address, credentials)
        except RuntimeError as error:
            raise OSError(
                f"cannot listen on {self._address}: {error}. Set RADIANT_OTLP_GRPC_PORT to a free port."
            ) from None
        await self._background.enter_async_context(self._messages.watched())
        await self._server.start()
        await self.set_serving(True)
        log.info("serving OpenTelemetry", extra={"fields": {"port": port}})
        return port

    async def set_serving(self, serving: bool) -> None:
        """Sets the status that health checks return."""
        status = health_pb2.HealthCheckResponse
        for name in ("", TRACE_SERVICE, LOGS_SERVICE, METRICS_SERVICE):
            await self._health.set(name, status.SERVING if serving else status.NOT_SERVING)

    async def stop(self, grace: timedelta) -> None:
        """Rejects new calls, waits up to `grace` for running calls, then cancels them."""
        await self._server.stop(grace.total_seconds())
        await self._background.aclose()

    def _export_handler(self, signal: str, export: Export) -> Callable[[Any, Any], Awaitable[bytes]]:
        """Returns the handler of a unary method, declared as a stream so that it reads the message itself.

        gRPC would read the message before it calls the handler of a unary method, and so before the caller is verified.
        """

        async def handle(_: Any, context: Any) -> bytes:
            logs.request_id.set(new_id())
            authorization = str(dict(context.invocation_metadata() or ()).get("authorization", ""))
            try:
                caller = await self._intake.verify(authorization, address_of(context.peer()))
                with self._intake.admit(caller) as admission:
                    body = await self._messages.read(context)
                    admission.add_bytes(len(body))
                    response = await export(
                        ExportRequest(
                            body=body,
                            body_format=BodyFormat.PROTOBUF,
                            content_encoding=encoding_of(body),
                            authorization=authorization,
                            caller=caller,
                        )
                    )
            except RadiantError as error:
                REQUESTS.labels(signal, "grpc", type(error).__name__).inc()
                if isinstance(error, Exhausted | Unavailable):
                    context.set_trailing_metadata((_retry_metadata(error.retry_after),))
                await abort(context, *_status_of(error))
            except Exception as error:
                REQUESTS.labels(signal, "grpc", "Internal").inc()
                await abort(context, *internal(error))
            REQUESTS.labels(signal, "grpc", "OK").inc()
            return response.SerializeToString()

        return handle


def _status_of(error: RadiantError) -> tuple[grpc.StatusCode, Status]:
    """Returns the status of an error. A message above the size limit has the code that gRPC itself uses for it."""
    code, status = to_status(error)
    if isinstance(error, DecompressedTooLarge):
        code = grpc.StatusCode.RESOURCE_EXHAUSTED
        status.code = code.value[0]
    return code, status


class _Decompression(grpc.GenericRpcHandler):
    """Handlers of another service whose requests are decompressed, because gRPC does not do so in this server."""

    def __init__(self, handlers: grpc.GenericRpcHandler) -> None:
        self._handlers = handlers

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        """Returns the handler of a call; None for another service."""
        handler: Any = self._handlers.service(details)
        if handler is None:
            return None
        read = handler.request_deserializer

        def deserialize(data: bytes) -> Any:
            try:
                data = decompress(data, encoding_of(data), SMALL_MESSAGE_BYTES_MAX)
            except RadiantError:
                return read(MALFORMED)
            return read(data)

        return handler._replace(request_deserializer=deserialize)


def _options(settings: OtlpSettings) -> list[tuple[str, int]]:
    limits = settings.connection
    return [
        ("grpc.max_receive_message_length", settings.message_bytes_max),
        ("grpc.so_reuseport", 0),
        # gRPC decompresses a message before it applies the limit of its size: 4 MiB may become 4 GiB.
        ("grpc.per_message_decompression", 0),
        ("grpc.max_concurrent_streams", limits.streams_max),
        ("grpc.max_allowed_incoming_connections", limits.connections_max),
        ("grpc.max_connection_idle_ms", round(limits.idle_timeout.total_seconds() * 1000)),
        ("grpc.server_handshake_timeout_ms", round(limits.message_timeout.total_seconds() * 1000)),
        *keepalive_options(limits.keepalive_min),
    ]


def _retry_metadata(retry_after: timedelta) -> tuple[str, bytes]:
    """Returns the retry delay as metadata. Some exporters read this key instead of the status details."""
    delay = Duration()
    delay.FromTimedelta(retry_after)
    return "google.rpc.retryinfo-bin", RetryInfo(retry_delay=delay).SerializeToString()
