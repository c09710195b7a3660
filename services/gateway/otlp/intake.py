"""Processes an OTLP request of either transport: convert, deliver, and build the response."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from gateway.callers.tenant_limits import Admission, TenantLimits, tenant_key
from gateway.callers.verification import Verifier
from gateway.otlp.codec import BodyFormat, decompress
from gateway.otlp.conversion import convert_log_request, convert_trace_request
from gateway.otlp.convert.items import ConvertedRequest
from gateway.otlp.delivery import DeliveryResult, deliver
from gateway.otlp.ingest_client import IngestClient
from gateway.otlp.metrics import ITEMS
from gateway.otlp.reports.report import Report, error_message
from gateway.otlp.reports.statistics import IntakeStatistics
from gateway.otlp.settings import OtlpSettings
from gateway.workers.pool import WorkerPool
from kit.auth.tokens import Principal
from kit.errors import Unauthenticated

_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """A request to export spans or log records."""

    body: bytes
    body_format: BodyFormat
    content_encoding: str = ""
    """Compression of the body; empty for none."""
    authorization: str
    caller: Principal

    @property
    def tenant(self) -> str:
        """Key of the tenant for limits."""
        return tenant_key(self.caller)


Export = Callable[[ExportRequest], Awaitable[Message]]
"""Processes a request; returns the response message."""
Convert = Callable[[bytes, BodyFormat, OtlpSettings], ConvertedRequest]


class Intake:
    """Processes requests. The worker pool parses them, so that a large request does not block the event loop."""

    def __init__(self, ingest: IngestClient, verifier: Verifier, pool: WorkerPool, settings: OtlpSettings) -> None:
        """Takes the open client and pool."""
        self.settings = settings
        self._ingest, self._verifier, self._pool = ingest, verifier, pool
        self.statistics = IntakeStatistics()
        """Counts by tenant, for the console."""
        self._tenants = TenantLimits(
            requests_max=settings.requests_max,
            tenant_requests_max=settings.tenant_requests_max,
            tenant_bytes_max=settings.tenant_bytes_max,
        )

    async def verify(self, authorization: str, network: str) -> Principal:
        """Returns the caller of an Authorization header; arguments and errors are those of `Verifier.verify`."""
        check_authorization(authorization)
        return await self._verifier.verify(authorization, network)

    def admit(self, caller: Principal) -> AbstractContextManager[Admission]:
        """Counts a request of a caller during the block; raises Exhausted if a limit is reached."""
        return self._tenants.admit(tenant_key(caller))

    async def export_traces(self, request: ExportRequest) -> ExportTraceServiceResponse:
        """Processes spans. Raises a RadiantError if the request as a whole is rejected or must be repeated."""
        report = await self._process(convert_trace_request, request, "span")
        response = ExportTraceServiceResponse()
        if text := error_message(report):
            response.partial_success.rejected_spans = report.rejected_items
            response.partial_success.error_message = text
        return response

    async def export_logs(self, request: ExportRequest) -> ExportLogsServiceResponse:
        """Processes log records. Raises a RadiantError if the request as a whole is rejected or must be repeated."""
        report = await self._process(convert_log_request, request, "log_record")
        response = ExportLogsServiceResponse()
        if text := error_message(report):
            response.partial_success.rejected_log_records = report.rejected_items
            response.partial_success.error_message = text
        return response

    async def export_metrics(self, request: ExportRequest) -> ExportMetricsServiceResponse:
        """Accepts metrics of a caller that ingest accepts, and stores nothing: SDKs send them by default."""
        check_authorization(request.authorization)
        await self._ingest.check_caller(request.authorization)
        self.statistics.of(request.tenant).metric_requests += 1
        return ExportMetricsServiceResponse()

    async def _process(self, convert: Convert, request: ExportRequest, item_kind: str) -> Report:
        check_authorization(request.authorization)
        converted = await self._converted(convert, request)
        result = DeliveryResult()
        try:
            if not converted.has_items:
                await self._ingest.check_caller(request.authorization)
            await deliver(self._ingest, converted, request.authorization, result)
        finally:
            for (kind, outcome), count in result.stored.items():
                ITEMS.labels(kind, outcome).inc(count)
        report = Report(converted, converted.rejections + result.rejections, result.scores_left_out)
        for rejection in report.rejections:
            ITEMS.labels(rejection.kind, "rejected").inc()
        ITEMS.labels(item_kind, "ignored").inc(converted.ignored)
        self.statistics.add(request.tenant, report, result.stored)
        return report

    async def _converted(self, convert: Convert, request: ExportRequest) -> ConvertedRequest:
        """Decompresses in a thread, which releases the interpreter lock, and converts by the size of the result."""
        body = request.body
        if request.content_encoding:
            bytes_max = self.settings.message_bytes_max
            body = await self._pool.run(request.tenant, 0, decompress, body, request.content_encoding, bytes_max)
        return await self._pool.run(request.tenant, len(body), convert, body, request.body_format, self.settings)


def check_authorization(authorization: str) -> None:
    """Raises Unauthenticated if the Authorization header is missing or malformed."""
    if not _PRINTABLE_ASCII.fullmatch(authorization):
        message = "The Authorization header is missing or contains characters other than ASCII."
        raise Unauthenticated(message, reason="TOKEN_MISSING")
