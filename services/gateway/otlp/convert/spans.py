"""Converts spans to manifests, and the evaluations that they contain to explicit feedback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.convert.attributes import Attributes
from gateway.otlp.convert.evaluation_table import ANNOTATION_ROWS, EVALUATION_EVENT_NAME
from gateway.otlp.convert.evaluations import Evaluation, feedback_of, grouped_by_user, read_evaluation
from gateway.otlp.convert.items import (
    ConvertedRequest,
    FeedbackItem,
    ManifestItem,
    Position,
    Rejection,
    SkippedEvaluation,
)
from gateway.otlp.convert.manifests import manifest_of
from gateway.otlp.convert.table import Row
from gateway.otlp.convert.trace.span_nodes import SpanNode, inherited, span_nodes
from gateway.otlp.convert.trace.trace_spans import needs_comparison, trace_span_of
from gateway.otlp.convert.values import InvalidAttribute
from gateway.otlp.settings import ItemLimits

_ANNOTATION_ROWS = tuple(
    tuple(row for row in ANNOTATION_ROWS if row.attribute.startswith(prefix))
    for prefix in ("annotations.", "evaluations.")
)


def convert_spans(request: ExportTraceServiceRequest, limits: ItemLimits) -> ConvertedRequest:
    """Returns manifests and feedback of all spans. Invalid items become rejections; no exception is raised."""
    converted, index = ConvertedRequest(), 0
    items: list[tuple[Span, Position, Attributes, Attributes]] = []
    for group in request.resource_spans:
        resource = Attributes(group.resource.attributes, limits, converted.attribute_errors)
        for scope in group.scope_spans:
            for span in scope.spans:
                attributes = Attributes(span.attributes, limits, converted.attribute_errors)
                items.append((span, Position(index, (span.trace_id, span.span_id)), attributes, resource))
                index += 1
    for node in span_nodes(items):
        _convert(node, limits, converted)
    return converted


def _convert(node: SpanNode, limits: ItemLimits, converted: ConvertedRequest) -> None:
    output_id = ""
    item: ManifestItem | None = None
    if node.is_output:
        try:
            manifest, has_own_output_id = manifest_of(node)
        except InvalidAttribute as error:
            converted.rejections.append(Rejection("manifest", node.position, error.field, error.why))
            return
        item = ManifestItem(node.position, manifest, has_own_output_id)
        output_id = manifest.output_id
    trace_span = trace_span_of(node, item)
    if item is not None and trace_span is not None and needs_comparison(node, trace_span):
        item = replace(item, trace_span=trace_span)
    elif trace_span is not None:
        converted.trace_spans.append(trace_span)
    if item is not None:
        converted.manifests.append(item)
    readers = _readers(node, limits, output_id)
    for group in grouped_by_user(_evaluations(node, readers, limits, converted)):
        try:
            converted.feedback.append(FeedbackItem(node.position, feedback_of(group)))
        except InvalidAttribute as error:
            converted.rejections.append(Rejection("feedback", node.position, error.field, error.why))
    if node.reason is not None and not readers:
        converted.passed_over[node.reason] += 1


Reader = Callable[[str], Evaluation | SkippedEvaluation]
"""Reads an evaluation; its argument is the user of the span."""


def _readers(node: SpanNode, limits: ItemLimits, output_id: str) -> list[Reader]:
    """Returns one reader for each evaluation in the events and attributes of a span."""
    end_ns = node.span.end_time_unix_nano or node.span.start_time_unix_nano
    readers: list[Reader] = [
        partial(_read_event, node, event, output_id, event.time_unix_nano or end_ns, limits)
        for event in node.span.events
        if event.name == EVALUATION_EVENT_NAME
    ]
    for rows in _ANNOTATION_ROWS if output_id else ():
        for index in node.attributes.indices(rows):
            readers.append(partial(_read_annotation, node, rows, index, output_id, end_ns, limits))
    return readers


def _evaluations(
    node: SpanNode, readers: Sequence[Reader], limits: ItemLimits, converted: ConvertedRequest
) -> list[Evaluation]:
    """Returns the evaluations that are votes. Invalid ones become rejections, and others are counted."""
    if converted.evaluations + len(readers) > limits.evaluations_max:
        why = f"the spans of a request must have at most {limits.evaluations_max} evaluations"
        converted.rejections.append(Rejection("feedback", node.position, "evaluations", why))
        return []
    converted.evaluations += len(readers)
    evaluations: list[Evaluation] = []
    user = inherited(node).get("user_id") if readers else None
    for read in readers:
        try:
            found = read(str(user[1]) if user else "")
        except InvalidAttribute as error:
            converted.rejections.append(Rejection("feedback", node.position, error.field, error.why))
            continue
        if isinstance(found, SkippedEvaluation):
            converted.skipped.append(found)
        else:
            evaluations.append(found)
    return evaluations


def _read_event(
    node: SpanNode, event: Span.Event, output_id: str, time_ns: int, limits: ItemLimits, user_id: str
) -> Evaluation | SkippedEvaluation:
    found = node.attributes.of_event(event.attributes)
    return read_evaluation(found, node.position, limits.ranges, output_id=output_id, user_id=user_id, time_ns=time_ns)


def _read_annotation(
    node: SpanNode,
    rows: Sequence[Row],
    index: int,
    output_id: str,
    time_ns: int,
    limits: ItemLimits,
    user_id: str,
) -> Evaluation | SkippedEvaluation:
    return read_evaluation(
        node.attributes,
        node.position,
        limits.ranges,
        rows=rows,
        index=index,
        output_id=output_id,
        user_id=user_id,
        time_ns=time_ns,
    )
