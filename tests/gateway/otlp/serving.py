"""The gateway on real ports over a real ingest, the stock exporters, and what tests send."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
import httpx
from google.protobuf.message import Message
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.app import wired
from gateway.otlp.receiver import LOGS, TRACES
from gateway.otlp.settings import OtlpSettings
from gateway.settings import Addresses, GatewaySettings
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.gateway.serving import ACME
from tests.ingest.fixtures import service as ingest

M = TypeVar("M", bound=Message)

PROTOBUF = {"content-type": "application/x-protobuf"}
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
EVENT = "gen_ai.evaluation.result"
BEGIN_NS = 1_750_000_000_000_000_000


@dataclass(frozen=True)
class Taking:
    """A running gateway, seen from outside, and the ingest behind it."""

    http_port: int
    grpc_port: int
    intake: ingest.IngestService

    def spans(self, by: str, who: Mapping[str, str] = ACME, packed: bool = False, timeout: float = 10) -> Any:
        """Returns a stock exporter of spans."""
        if by == "grpc":
            compression = grpc.Compression.Gzip if packed else None
            return GrpcSpans(self._grpc, insecure=True, headers=dict(who), compression=compression, timeout=timeout)
        kind = Compression.Gzip if packed else Compression.NoCompression
        return HttpSpans(self._http("traces"), headers=dict(who), compression=kind, timeout=timeout)

    def logs(self, by: str, who: Mapping[str, str] = ACME) -> Any:
        """Returns a stock exporter of log records."""
        if by == "grpc":
            return GrpcLogs(self._grpc, insecure=True, headers=dict(who), timeout=10)
        return HttpLogs(self._http("logs"), headers=dict(who), timeout=10)

    @property
    def _grpc(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    def _http(self, signal: str) -> str:
        return f"http://127.0.0.1:{self.http_port}/v1/{signal}"

    async def post(
        self, signal: str, body: bytes, headers: Mapping[str, str] = PROTOBUF, who: Mapping[str, str] = ACME
    ) -> httpx.Response:
        """Posts a body as it is."""
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(self._http(signal), content=body, headers={**who, **headers})

    async def traced(self, *spans: Span, who: Mapping[str, str] = ACME) -> ExportTraceServiceResponse:
        """Sends spans over HTTP and returns the answer."""
        answer = await self.post("traces", trace_request(*spans).SerializeToString(), who=who)
        assert answer.status_code == 200, answer.content
        return ExportTraceServiceResponse.FromString(answer.content)

    async def logged(self, *records: LogRecord) -> ExportLogsServiceResponse:
        """Sends log records over HTTP and returns the answer."""
        answer = await self.post("logs", log_request(*records).SerializeToString())
        assert answer.status_code == 200, answer.content
        return ExportLogsServiceResponse.FromString(answer.content)

    async def call(
        self, signal: str, body: bytes, who: Mapping[str, str] = ACME, compression: grpc.Compression | None = None
    ) -> bytes:
        """Sends bytes over gRPC and returns the bytes of the answer."""
        options = [("grpc.max_send_message_length", -1)]
        async with grpc.aio.insecure_channel(self._grpc, options=options, compression=compression) as channel:
            export: Any = channel.unary_unary(f"/{TRACES if signal == 'traces' else LOGS}/Export")
            metadata = tuple((name.lower(), value) for name, value in who.items())
            answer: bytes = await export(body, metadata=metadata, timeout=20)
            return answer

    async def manifests(self) -> list[dict[str, Any]]:
        """Returns every stored manifest, of all tenants, by output_id."""
        found = await self.intake.rows("SELECT * FROM ingest.execution_manifests ORDER BY output_id")
        return [dict(each) for each in found]

    async def votes(self) -> list[dict[str, Any]]:
        """Returns all stored explicit feedback, by output and user."""
        found = await self.intake.rows("SELECT * FROM ingest.explicit_feedback ORDER BY output_id, user_id")
        return [dict(each) for each in found]

    async def stats(self, output_id: str, caller: grpc.aio.Metadata = ingest.CALLER) -> pb.GetFeedbackStatsResponse:
        """Asks ingest what is said of an output."""
        answer: pb.GetFeedbackStatsResponse = await self.intake.call(
            "GetFeedbackStats", pb.GetFeedbackStatsRequest(output_id=output_id), caller
        )
        return answer


@contextlib.asynccontextmanager
async def taking(intake: ingest.IngestService, **settings: Any) -> AsyncIterator[Taking]:
    """Runs the gateway while the block runs."""
    otlp = OtlpSettings(grpc_port=0, **settings)
    told = GatewaySettings(port=0, addresses=Addresses(ingest=intake.address), otlp=otlp)
    async with wired(told) as server:
        port = await server.start()
        try:
            yield Taking(port, server.otlp_port, intake)
        finally:
            await server.stop(told.grace / 100)


async def exported(exporter: Any, items: Sequence[Any]) -> str:
    """Exports one batch past any processor and returns the name of the result."""
    result = await asyncio.to_thread(exporter.export, items)
    return str(result.name)


@contextlib.contextmanager
def closing(*exporters: Any) -> Iterator[None]:
    """Shuts the exporters down after the block."""
    try:
        yield
    finally:
        for each in exporters:
            each.shutdown()


def recorded(*spans: Mapping[str, Any]) -> list[ReadableSpan]:
    """Records spans of these attributes with the SDK, each of its own trace."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    for attributes in spans:
        with provider.get_tracer("tests").start_as_current_span("chat", attributes=attributes):
            pass
    provider.shutdown()
    return list(kept.get_finished_spans())


def span(number: int, attributes: Mapping[str, Any] = CHAT, **more: Any) -> Span:
    """Builds a span; its identifiers and times follow from the number."""
    begun = BEGIN_NS + number * 1_000_000_000
    fields = {
        "trace_id": number.to_bytes(16, "big"),
        "span_id": number.to_bytes(8, "big"),
        "start_time_unix_nano": begun,
        "end_time_unix_nano": begun + 1_500_000_000,
        **more,
    }
    return Span(name="chat", attributes=pairs(attributes), **fields)


def derived(number: int) -> str:
    """Returns the output_id of a span that names none."""
    return f"{number:032x}-{number:016x}"


def event(attributes: Mapping[str, Any], name: str = EVENT, after_s: float = 2.0) -> Span.Event:
    """Builds an evaluation on a span."""
    return Span.Event(name=name, attributes=pairs(attributes), time_unix_nano=BEGIN_NS + round(after_s * 1e9))


def record(number: int, attributes: Mapping[str, Any], **more: Any) -> LogRecord:
    """Builds an evaluation as a log record that names the span of the number."""
    fields = {
        "event_name": EVENT,
        "trace_id": number.to_bytes(16, "big"),
        "span_id": number.to_bytes(8, "big"),
        "time_unix_nano": BEGIN_NS + 2_000_000_000,
        **more,
    }
    return LogRecord(attributes=pairs(attributes), **fields)


def judged(name: str = "relevance", value: Any = 0.9, **more: Any) -> dict[str, Any]:
    """Returns the attributes of an evaluation."""
    dotted = {key.replace("__", "."): each for key, each in more.items()}
    return {"gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": value, **dotted}


def trace_request(*spans: Span) -> ExportTraceServiceRequest:
    """Puts spans into a request."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    return request


def log_request(*records: LogRecord) -> ExportLogsServiceRequest:
    """Puts log records into a request."""
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    return request


def pairs(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Returns attributes as they travel."""
    return [KeyValue(key=name, value=value_of(each)) for name, each in attributes.items()]


def value_of(plain: Any) -> AnyValue:
    """Returns a value as it travels."""
    match plain:
        case bool():
            return AnyValue(bool_value=plain)
        case int():
            return AnyValue(int_value=plain)
        case float():
            return AnyValue(double_value=plain)
        case str():
            return AnyValue(string_value=plain)
        case bytes():
            return AnyValue(bytes_value=plain)
        case list():
            return AnyValue(array_value=ArrayValue(values=[value_of(each) for each in plain]))
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=pairs(plain)))
    return AnyValue()


def now_ns() -> int:
    """Returns the time, for spans that must be young."""
    return time.time_ns()
