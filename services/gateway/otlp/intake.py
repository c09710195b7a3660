"""Processes an OTLP request of either transport: parse, convert, deliver, and build the response."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from gateway.otlp.codec import BodyFormat, RequestTooLarge, parse_message
from gateway.otlp.convert.items import ConvertedRequest, ManifestItem, Rejection, SpanKey
from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.delivery import DeliveryResult, deliver
from gateway.otlp.ingest_client import IngestClient
from gateway.otlp.metrics import ITEMS
from gateway.otlp.settings import OtlpSettings
from kit.errors import Exhausted, Unauthenticated

REJECTIONS_SHOWN_MAX, ERROR_MESSAGE_CHARACTERS_MAX = 5, 1000
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")
_RETRY_AFTER = timedelta(seconds=1)

Export = Callable[[bytes, BodyFormat, str], Awaitable[Message]]
"""Processes a body in a format for an Authorization header; returns the response message."""


class OutputIds:
    """Output ids that spans set themselves, by caller and span. The oldest is removed first."""

    def __init__(self, spans_max: int) -> None:
        """`spans_max` is the number of stored ids."""
        self._spans_max = spans_max
        self._ids: dict[bytes, str] = {}

    def add(self, authorization: str, items: Iterable[ManifestItem]) -> None:
        """Stores the ids of manifests; call it only after ingest has accepted the caller."""
        for each in items:
            if each.has_own_output_id:
                self._ids[_span_digest(authorization, each.position.span)] = each.manifest.output_id
        while len(self._ids) > self._spans_max:
            del self._ids[next(iter(self._ids))]

    def get(self, authorization: str, span: SpanKey) -> str | None:
        """Returns the id that a span of the same caller set; None if there is none."""
        return self._ids.get(_span_digest(authorization, span))


class Intake:
    """Processes requests. One worker thread parses them, so that a large request does not block the event loop."""

    def __init__(self, ingest: IngestClient, settings: OtlpSettings) -> None:
        """Starts the worker thread; `close` ends it."""
        self.settings = settings
        self._ingest, self._running = ingest, 0
        self._output_ids = OutputIds(settings.spans_remembered_max)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="otlp")

    @contextlib.contextmanager
    def admit(self) -> Iterator[None]:
        """Counts a request as running during the block; raises Exhausted if the limit is reached."""
        requests_max = self.settings.requests_max
        if self._running >= requests_max:
            message = f"The limit of {requests_max} concurrent requests is reached. Retry after 1 s."
            raise Exhausted(message, _RETRY_AFTER, reason="TOO_MANY_REQUESTS")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def export_traces(
        self, body: bytes, body_format: BodyFormat, authorization: str
    ) -> ExportTraceServiceResponse:
        """Processes spans. Raises a RadiantError if the request as a whole is rejected or must be repeated."""

        def convert() -> ConvertedRequest:
            request = parse_message(ExportTraceServiceRequest, body, body_format)
            groups = (scope.spans for resource in request.resource_spans for scope in resource.scope_spans)
            self._check_item_count("spans", groups)
            return convert_spans(request, self.settings.item)

        rejections = await self._process(convert, authorization, "span")
        response = ExportTraceServiceResponse()
        if rejections:
            response.partial_success.rejected_spans = _rejected_items(rejections)
            response.partial_success.error_message = _error_message(rejections)
        return response

    async def export_logs(self, body: bytes, body_format: BodyFormat, authorization: str) -> ExportLogsServiceResponse:
        """Processes log records. Raises a RadiantError if the request as a whole is rejected or must be repeated."""

        def convert() -> ConvertedRequest:
            request = parse_message(ExportLogsServiceRequest, body, body_format)
            groups = (scope.log_records for resource in request.resource_logs for scope in resource.scope_logs)
            self._check_item_count("log records", groups)
            return convert_log_records(
                request, self.settings.item, lambda span: self._output_ids.get(authorization, span)
            )

        rejections = await self._process(convert, authorization, "log_record")
        response = ExportLogsServiceResponse()
        if rejections:
            response.partial_success.rejected_log_records = _rejected_items(rejections)
            response.partial_success.error_message = _error_message(rejections)
        return response

    def close(self) -> None:
        """Ends the worker thread."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _check_item_count(self, item_name: str, groups: Iterable[Sequence[object]]) -> None:
        items_max = self.settings.items_max
        if sum(len(group) for group in groups) > items_max:
            raise RequestTooLarge.field("body", f"must contain at most {items_max} {item_name}")

    async def _process(
        self, convert: Callable[[], ConvertedRequest], authorization: str, item_kind: str
    ) -> list[Rejection]:
        check_authorization(authorization)
        converted = await asyncio.get_running_loop().run_in_executor(self._worker, convert)
        result = DeliveryResult()
        try:
            if not converted.manifests and not converted.feedback:
                await self._ingest.check_caller(authorization)
            await deliver(self._ingest, converted, authorization, result)
        finally:
            for (kind, outcome), count in result.stored.items():
                ITEMS.labels(kind, outcome).inc(count)
        self._output_ids.add(authorization, converted.manifests)
        rejections = converted.rejections + result.rejections
        for rejection in rejections:
            ITEMS.labels(rejection.kind, "rejected").inc()
        ITEMS.labels(item_kind, "ignored").inc(converted.ignored)
        return rejections


def check_authorization(authorization: str) -> None:
    """Raises Unauthenticated if the Authorization header is missing or malformed. Ingest verifies the token."""
    if not _PRINTABLE_ASCII.fullmatch(authorization):
        message = "The Authorization header is missing or contains characters other than ASCII."
        raise Unauthenticated(message, reason="TOKEN_MISSING")


def _span_digest(authorization: str, span: SpanKey) -> bytes:
    trace_id, span_id = span
    return hashlib.sha256(authorization.encode()).digest()[:16] + trace_id + span_id


def _rejected_items(rejections: Sequence[Rejection]) -> int:
    return len({each.position.index for each in rejections})


def _error_message(rejections: Sequence[Rejection]) -> str:
    shown = "; ".join(str(each) for each in rejections[:REJECTIONS_SHOWN_MAX])
    more = len(rejections) - REJECTIONS_SHOWN_MAX
    return (f"{shown}; and {more} more" if more > 0 else shown)[:ERROR_MESSAGE_CHARACTERS_MAX]
