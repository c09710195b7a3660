"""The intake: from the bytes of a request to its answer, whichever way it came."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from gateway.otlp.bodies import Form, TooLarge, parsed
from gateway.otlp.delivery import Delivered, deliver
from gateway.otlp.ingest_calls import Ingest
from gateway.otlp.items import Mapped, Output, Reject, SpanId
from gateway.otlp.records import map_records
from gateway.otlp.settings import OtlpSettings
from gateway.otlp.spans import map_spans
from kit.errors import Exhausted, Unauthenticated
from kit.metrics import Counter

ITEMS = Counter(
    "radiant_otlp_items_total",
    "OpenTelemetry items by kind (manifest, feedback; span, log_record when ignored) and outcome.",
    ["kind", "outcome"],
)
REJECTS_SHOWN, MESSAGE_CHARACTERS_MAX = 5, 1000
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]+")
_COME_AGAIN = timedelta(seconds=1)


class Remembered:
    """The output_ids that spans gave themselves, by caller; the oldest are forgotten first."""

    def __init__(self, spans_max: int) -> None:
        """Takes how many."""
        self._max = spans_max
        self._found: dict[bytes, str] = {}

    def keep(self, authorization: str, outputs: Iterable[Output]) -> None:
        """Keeps outputs of a caller whom ingest knows."""
        for each in outputs:
            if each.named:
                self._found[_key(authorization, each.place.span)] = each.manifest.output_id
        while len(self._found) > self._max:
            del self._found[next(iter(self._found))]

    def output_of(self, authorization: str, span: SpanId) -> str | None:
        """Returns the output_id of a span, if that caller sent it."""
        return self._found.get(_key(authorization, span))


class Intake:
    """Takes requests; one worker thread reads them, so that a large one stops nobody else."""

    def __init__(self, ingest: Ingest, settings: OtlpSettings) -> None:
        """Takes where items go, and the limits."""
        self.settings = settings
        self._ingest, self._running = ingest, 0
        self._remembered = Remembered(settings.spans_remembered_max)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="otlp")

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Admits a request while the block runs; raises Exhausted when too many are."""
        if self._running >= self.settings.requests_max:
            raise Exhausted("Too many requests at once.", _COME_AGAIN, reason="TOO_MANY_REQUESTS")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def traces(self, body: bytes, form: Form, authorization: str) -> ExportTraceServiceResponse:
        """Takes spans. Raises a RadiantError when none of the request counts as delivered."""

        def read() -> Mapped:
            request = parsed(ExportTraceServiceRequest, body, form)
            groups = (scope.spans for resource in request.resource_spans for scope in resource.scope_spans)
            self._few("spans", groups)
            return map_spans(request, self.settings.item)

        rejects = await self._taken(read, authorization, "span")
        answer = ExportTraceServiceResponse()
        if rejects:
            answer.partial_success.rejected_spans = _places(rejects)
            answer.partial_success.error_message = _told(rejects)
        return answer

    async def logs(self, body: bytes, form: Form, authorization: str) -> ExportLogsServiceResponse:
        """Takes log records. Raises a RadiantError when none of the request counts as delivered."""

        def read() -> Mapped:
            request = parsed(ExportLogsServiceRequest, body, form)
            groups = (scope.log_records for resource in request.resource_logs for scope in resource.scope_logs)
            self._few("log records", groups)
            return map_records(
                request, self.settings.item, lambda span: self._remembered.output_of(authorization, span)
            )

        rejects = await self._taken(read, authorization, "log_record")
        answer = ExportLogsServiceResponse()
        if rejects:
            answer.partial_success.rejected_log_records = _places(rejects)
            answer.partial_success.error_message = _told(rejects)
        return answer

    def close(self) -> None:
        """Ends the worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _few(self, what: str, groups: Iterable[Sequence[object]]) -> None:
        most = self.settings.items_max
        if sum(len(group) for group in groups) > most:
            raise TooLarge.field("body", f"must hold at most {most} {what}")

    async def _taken(self, read: Callable[[], Mapped], authorization: str, kind: str) -> list[Reject]:
        authorized(authorization)
        mapped = await asyncio.get_running_loop().run_in_executor(self._worker, read)
        delivered = Delivered()
        try:
            if not mapped.outputs and not mapped.ballots:
                await self._ingest.check(authorization)
            await deliver(self._ingest, mapped, authorization, delivered)
        finally:
            for (what, outcome), count in delivered.stored.items():
                ITEMS.labels(what, outcome).inc(count)
        self._remembered.keep(authorization, mapped.outputs)
        rejects = mapped.rejects + delivered.rejects
        for reject in rejects:
            ITEMS.labels(reject.kind, "rejected").inc()
        ITEMS.labels(kind, "ignored").inc(mapped.ignored)
        return rejects


def authorized(authorization: str) -> str:
    """Returns what a caller says of itself, to be judged by ingest; raises Unauthenticated when it is nothing."""
    if not _PLAIN_TEXT.fullmatch(authorization):
        raise Unauthenticated("The request carries no valid authorization.", reason="TOKEN_MISSING")
    return authorization


def _key(authorization: str, span: SpanId) -> bytes:
    trace, identifier = span
    return hashlib.sha256(authorization.encode()).digest()[:16] + trace + identifier


def _places(rejects: Sequence[Reject]) -> int:
    return len({each.place.number for each in rejects})


def _told(rejects: Sequence[Reject]) -> str:
    shown = "; ".join(str(each) for each in rejects[:REJECTS_SHOWN])
    more = len(rejects) - REJECTS_SHOWN
    return (f"{shown}; and {more} more" if more > 0 else shown)[:MESSAGE_CHARACTERS_MAX]
