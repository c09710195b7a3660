"""The gRPC receiver: TraceService and LogsService, and health."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from gateway.otlp.bodies import Form
from gateway.otlp.intake import Intake
from kit import logs
from kit.errors import Exhausted, RadiantError, Unavailable
from kit.ids import new_id
from kit.metrics import Counter
from kit.rpc.status import abort, internal, to_status

log = logging.getLogger(__name__)

REQUESTS = Counter(
    "radiant_otlp_requests_total", "OpenTelemetry requests by signal, transport and code.", ["signal", "by", "code"]
)
TRACES = "opentelemetry.proto.collector.trace.v1.TraceService"
LOGS = "opentelemetry.proto.collector.logs.v1.LogsService"
CALLS_PER_REQUEST = 4
"""Calls that are open at once, for each that is worked on; the others learn at once that they shall come again."""

KeyPair = tuple[bytes, bytes]
"""A private key and its chain of certificates, both PEM."""
Take = Callable[[bytes, Form, str], Awaitable[Message]]


class Receiver:
    """A server that is built, started, drained."""

    def __init__(self, intake: Intake, host: str, port: int, key_pair: KeyPair | None = None) -> None:
        """Takes what it serves and where; listens to nothing yet. With a key pair it speaks TLS alone."""
        self._intake, self._address = intake, f"{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"
        self._key_pair, settings = key_pair, intake.settings
        options = [("grpc.max_receive_message_length", settings.message_bytes_max), ("grpc.so_reuseport", 0)]
        self._server = grpc.aio.server(
            options=options, maximum_concurrent_rpcs=settings.requests_max * CALLS_PER_REQUEST
        )
        self._health = health.aio.HealthServicer()
        for name, signal, take in ((TRACES, "traces", intake.traces), (LOGS, "logs", intake.logs)):
            handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
                self._exporting(signal, take)
            )
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": handler}),))

    async def start(self) -> int:
        """Listens and serves; returns the port. Raises OSError when it is taken."""
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        try:
            if self._key_pair is None:
                port = self._server.add_insecure_port(self._address)
            else:
                credentials = grpc.ssl_server_credentials([self._key_pair])
                port = self._server.add_secure_port(self._address, credentials)
        except RuntimeError as error:
            raise OSError(f"cannot listen on {self._address}: {error}") from None
        await self._server.start()
        await self.set_serving(True)
        log.info("serving OpenTelemetry", extra={"fields": {"port": port}})
        return port

    async def set_serving(self, serving: bool) -> None:
        """Tells health checks whether to send calls here."""
        kinds = health_pb2.HealthCheckResponse
        for name in ("", TRACES, LOGS):
            await self._health.set(name, kinds.SERVING if serving else kinds.NOT_SERVING)

    async def stop(self, grace: timedelta) -> None:
        """Takes no new call, lets running ones end within the grace, then cancels them."""
        await self._server.stop(grace.total_seconds())

    def _exporting(self, signal: str, take: Take) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def export(body: bytes, context: Any) -> bytes:
            logs.request_id.set(new_id())
            authorization = dict(context.invocation_metadata() or ()).get("authorization", "")
            try:
                with self._intake.turn():
                    answer = await take(body, Form.PROTOBUF, authorization if isinstance(authorization, str) else "")
            except RadiantError as error:
                REQUESTS.labels(signal, "grpc", type(error).__name__).inc()
                if isinstance(error, Exhausted | Unavailable):
                    context.set_trailing_metadata((_retry(error.retry_after),))
                await abort(context, *to_status(error))
            except Exception as error:
                REQUESTS.labels(signal, "grpc", "Internal").inc()
                await abort(context, *internal(error))
            REQUESTS.labels(signal, "grpc", "OK").inc()
            return answer.SerializeToString()

        return export


def _retry(after: timedelta) -> tuple[str, bytes]:
    """Says when to come again under the key that some exporters read, beside the details of the status."""
    delay = Duration()
    delay.FromTimedelta(after)
    return "google.rpc.retryinfo-bin", RetryInfo(retry_delay=delay).SerializeToString()
