"""OTLP over gRPC: TraceService, LogsService and the health service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from gateway.otlp.codec import BodyFormat
from gateway.otlp.intake import Export, ExportRequest, Intake
from gateway.otlp.metrics import REQUESTS
from gateway.otlp.settings import OtlpSettings
from kit.errors import DeadlineExceeded, Exhausted, Invalid, RadiantError, Unavailable
from kit.ids import new_id
from kit.rpc.status import abort, internal, to_status
from kit.telemetry import logs

log = logging.getLogger(__name__)

TRACE_SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"
LOGS_SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService"

KeyPair = tuple[bytes, bytes]
"""A private key and its certificate chain (PEM)."""


class GrpcReceiver:
    """A gRPC server of the OpenTelemetry collector services."""

    def __init__(self, intake: Intake, host: str, port: int, key_pair: KeyPair | None = None) -> None:
        """Builds the server; `start` binds the port. With a key pair, the server accepts only TLS."""
        self._intake, self._address = intake, f"{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"
        self._key_pair, settings = key_pair, intake.settings
        self._server = grpc.aio.server(options=_options(settings))
        self._health = health.aio.HealthServicer()
        exports = ((TRACE_SERVICE, "traces", intake.export_traces), (LOGS_SERVICE, "logs", intake.export_logs))
        for name, signal, export in exports:
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_unary_rpc_method_handler(
                self._export_handler(signal, export)
            )
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))

    async def start(self) -> int:
        """Binds the port, starts to serve, and returns the port. Raises OSError if the port is in use."""
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
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
        await self._server.start()
        await self.set_serving(True)
        log.info("serving OpenTelemetry", extra={"fields": {"port": port}})
        return port

    async def set_serving(self, serving: bool) -> None:
        """Sets the status that health checks return."""
        status = health_pb2.HealthCheckResponse
        for name in ("", TRACE_SERVICE, LOGS_SERVICE):
            await self._health.set(name, status.SERVING if serving else status.NOT_SERVING)

    async def stop(self, grace: timedelta) -> None:
        """Rejects new calls, waits up to `grace` for running calls, then cancels them."""
        await self._server.stop(grace.total_seconds())

    def _export_handler(self, signal: str, export: Export) -> Callable[[Any, Any], Awaitable[bytes]]:
        """Returns the handler of a unary method, declared as a stream so that it reads the message itself.

        gRPC would read the message before it calls the handler of a unary method, and so before the caller is verified.
        """

        async def handle(messages: Any, context: Any) -> bytes:
            logs.request_id.set(new_id())
            authorization = str(dict(context.invocation_metadata() or ()).get("authorization", ""))
            try:
                caller = await self._intake.verify(authorization)
                with self._intake.admit(caller) as admission:
                    body = await self._message(messages)
                    admission.add_bytes(len(body))
                    response = await export(
                        ExportRequest(
                            body=body, body_format=BodyFormat.PROTOBUF, authorization=authorization, caller=caller
                        )
                    )
            except RadiantError as error:
                REQUESTS.labels(signal, "grpc", type(error).__name__).inc()
                if isinstance(error, Exhausted | Unavailable):
                    context.set_trailing_metadata((_retry_metadata(error.retry_after),))
                await abort(context, *to_status(error))
            except Exception as error:
                REQUESTS.labels(signal, "grpc", "Internal").inc()
                await abort(context, *internal(error))
            REQUESTS.labels(signal, "grpc", "OK").inc()
            return response.SerializeToString()

        return handle

    async def _message(self, messages: AsyncIterator[bytes]) -> bytes:
        """Returns the message of a unary call; raises DeadlineExceeded, and Invalid if the caller sends none."""
        timeout_s = self._intake.settings.connection.message_timeout.total_seconds()
        try:
            async with asyncio.timeout(timeout_s):
                return await anext(messages)
        except TimeoutError:
            text = f"The message did not arrive within {timeout_s:g} s."
            raise DeadlineExceeded(text, reason="BODY_TOO_SLOW") from None
        except StopAsyncIteration:
            raise Invalid.field("body", "is missing") from None


def _options(settings: OtlpSettings) -> list[tuple[str, int]]:
    limits = settings.connection
    return [
        ("grpc.max_receive_message_length", settings.message_bytes_max),
        ("grpc.so_reuseport", 0),
        ("grpc.max_concurrent_streams", limits.streams_max),
        ("grpc.max_allowed_incoming_connections", limits.connections_max),
        ("grpc.max_connection_idle_ms", round(limits.idle_timeout.total_seconds() * 1000)),
        ("grpc.server_handshake_timeout_ms", round(limits.message_timeout.total_seconds() * 1000)),
    ]


def _retry_metadata(retry_after: timedelta) -> tuple[str, bytes]:
    """Returns the retry delay as metadata. Some exporters read this key instead of the status details."""
    delay = Duration()
    delay.FromTimedelta(retry_after)
    return "google.rpc.retryinfo-bin", RetryInfo(retry_delay=delay).SerializeToString()
