"""Items of a converted request: manifests, feedback and rejections."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from gateway.otlp.convert.attributes import AttributeErrors
from gateway.otlp.convert.operations import Reason
from radiant.ingest.v1.feedback_pb2 import EvaluationScore, ExplicitFeedback
from radiant.ingest.v1.ingest_service_pb2 import TraceSpan
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

_NAMESPACE = uuid.UUID("0f3f6f0e-5a1b-5d0e-9d0e-6f746c700001")

SpanKey = tuple[bytes, bytes]
"""Trace id and span id."""
TRACE_ID_BYTES, SPAN_ID_BYTES = 16, 8


@dataclass(frozen=True, slots=True)
class Position:
    """The span or log record of a request from which an item was converted."""

    index: int
    """Index in the request, counted over all resources and scopes."""
    span: SpanKey
    """The span, or the span that a log record refers to; may be empty."""

    def __str__(self) -> str:
        """Returns the index and the ids in hex, as tracing tools show them."""
        trace_id, span_id = self.span
        return f"[{self.index}] {trace_id[:16].hex()}/{span_id[:8].hex()}"


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """A manifest to record."""

    position: Position
    manifest: ExecutionManifest
    has_own_output_id: bool
    """Whether the sender set the output_id; otherwise it is derived from the span ids."""
    trace_span: TraceSpan | None = None
    """Place in the trace of an output that ingest compares with spans of other requests before it records it."""


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """Explicit feedback to submit."""

    position: Position
    feedback: ExplicitFeedback


@dataclass(frozen=True, slots=True)
class Rejection:
    """An invalid item. A retry would be rejected again."""

    kind: str
    """manifest, feedback or evaluation_score."""
    position: Position
    field: str
    """Name of the attribute or field, as the sender wrote it."""
    why: str

    def __str__(self) -> str:
        """Returns the text for the error message of the response."""
        return f"{self.position} {self.field}: {self.why}"


@dataclass(frozen=True, slots=True)
class SkippedEvaluation:
    """An evaluation that is no vote."""

    position: Position
    reason: Reason
    name: str
    score: float | None
    message: EvaluationScore | None = None
    """The score to record; None if the evaluation failed."""


@dataclass(slots=True)
class ConvertedRequest:
    """All items of a request."""

    manifests: list[ManifestItem] = field(default_factory=list)
    feedback: list[FeedbackItem] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    evaluations: int = 0
    """Number of evaluations in spans that were read."""
    passed_over: Counter[Reason] = field(default_factory=Counter)
    """Number of spans and log records without an output, by reason; those with an evaluation are not counted."""
    attribute_errors: AttributeErrors = field(default_factory=AttributeErrors)
    """Attributes that were left out of items that are otherwise complete."""
    trace_spans: list[TraceSpan] = field(default_factory=list)
    """Spans that matter to outputs of other requests, without manifests."""
    skipped: list[SkippedEvaluation] = field(default_factory=list)
    """Evaluations that are no votes."""

    @property
    def has_items(self) -> bool:
        """Whether the request contains something to send to ingest."""
        has_scores = any(each.message is not None for each in self.skipped)
        return bool(self.manifests or self.feedback or self.trace_spans or has_scores)

    @property
    def ignored(self) -> int:
        """Number of spans or log records that contain neither an output nor an evaluation."""
        return sum(self.passed_over.values())


def derived_output_id(span: SpanKey) -> str:
    """Returns the output_id of a span that sets none: `<trace id>-<span id>` in hex; empty if an id is invalid."""
    trace_id, span_id = span
    is_valid = len(trace_id) == TRACE_ID_BYTES and len(span_id) == SPAN_ID_BYTES and any(trace_id) and any(span_id)
    return f"{trace_id.hex()}-{span_id.hex()}" if is_valid else ""


def request_id(kind: str, span: SpanKey, messages: Iterable[Message]) -> str:
    """Returns the request_id of a write: a UUID (version 5) of the span and the content, so that retries agree."""
    digest = hashlib.sha256()
    for message in messages:
        data = message.SerializeToString(deterministic=True)
        digest.update(len(data).to_bytes(8, "big") + data)
    trace_id, span_id = span
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{trace_id.hex()}/{span_id.hex()}/{digest.hexdigest()}"))
