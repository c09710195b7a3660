"""Converts spans to manifests, and the evaluations that they contain to explicit feedback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.convert.attributes import SECONDS_MAX, Attributes, InvalidAttribute, Value
from gateway.otlp.convert.evaluations import Evaluation, feedback_of, grouped_by_user, read_evaluation
from gateway.otlp.convert.foreign_ids import set_output_id
from gateway.otlp.convert.items import ConvertedRequest, FeedbackItem, ManifestItem, Position, Rejection, SpanKey
from gateway.otlp.convert.table import (
    ANNOTATION_ROWS,
    ANONYMOUS_USER,
    DEFAULT_TASK_TYPE,
    EVALUATION_EVENT_NAME,
    MANIFEST_ROWS,
    REQUEST_TYPES,
    Row,
)
from gateway.otlp.settings import ItemLimits
from kit.rpc.validation import problems
from radiant.ingest.v1 import manifest_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest
from splits.user_keys import user_key

TRACE_ID_BYTES, SPAN_ID_BYTES = 16, 8
_NS_PER_S, _NS_PER_MS = 1_000_000_000, 1_000_000
_ROWS: dict[str, tuple[Row, ...]] = {
    target: tuple(row for row in MANIFEST_ROWS if row.target == target)
    for target in dict.fromkeys(row.target for row in MANIFEST_ROWS)
}
_OPERATION_ATTRIBUTES = frozenset(row.attribute for row in _ROWS["operation"])
_MODEL_TARGETS = ("models_used", "model_versions")
_ANNOTATION_ROWS = tuple(
    tuple(row for row in ANNOTATION_ROWS if row.attribute.startswith(prefix))
    for prefix in ("annotations.", "evaluations.")
)


def derived_output_id(span: SpanKey) -> str:
    """Returns the output_id of a span that sets none: `<trace id>-<span id>` in hex; empty if an id is invalid."""
    trace_id, span_id = span
    is_valid = len(trace_id) == TRACE_ID_BYTES and len(span_id) == SPAN_ID_BYTES and any(trace_id) and any(span_id)
    return f"{trace_id.hex()}-{span_id.hex()}" if is_valid else ""


def convert_spans(request: ExportTraceServiceRequest, limits: ItemLimits) -> ConvertedRequest:
    """Returns manifests and feedback of all spans. Invalid items become rejections; no exception is raised."""
    converted, index = ConvertedRequest(), 0
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                _convert(span, Position(index, (span.trace_id, span.span_id)), limits, converted)
                index += 1
    return converted


def _convert(span: Span, position: Position, limits: ItemLimits, converted: ConvertedRequest) -> None:
    has_operation = any(pair.key in _OPERATION_ATTRIBUTES for pair in span.attributes)
    if not has_operation and not any(event.name == EVALUATION_EVENT_NAME for event in span.events):
        converted.ignored += 1
        return
    rejections_before, output_id = len(converted.rejections), ""
    try:
        attributes = Attributes(span.attributes, limits)
        operation = attributes.read(_ROWS["operation"])
        request_type = REQUEST_TYPES.get(str(operation[1])) if operation else None
        if request_type is not None:
            manifest, has_own_output_id = manifest_of(span, attributes, request_type)
            converted.manifests.append(ManifestItem(position, manifest, has_own_output_id))
            output_id = manifest.output_id
    except InvalidAttribute as error:
        converted.rejections.append(Rejection("manifest", position, error.field, error.why))
        return
    evaluations = _evaluations(span, attributes, output_id, position, limits, converted)
    for group in grouped_by_user(evaluations):
        try:
            converted.feedback.append(FeedbackItem(position, feedback_of(group)))
        except InvalidAttribute as error:
            converted.rejections.append(Rejection("feedback", position, error.field, error.why))
    if not output_id and not evaluations and len(converted.rejections) == rejections_before:
        converted.ignored += 1


def manifest_of(span: Span, attributes: Attributes, request_type: str) -> tuple[ExecutionManifest, bool]:
    """Returns the manifest of a span, and whether the sender set its output_id. Raises InvalidAttribute."""
    values: dict[str, Value] = {}
    names: dict[str, str] = {}
    for target, rows in _ROWS.items():
        if target != "operation" and (found := attributes.read(rows)) is not None:
            names[target], values[target] = found
    duration_ns = max(0, span.end_time_unix_nano - span.start_time_unix_nano) if span.start_time_unix_nano else 0
    if duration_ns > SECONDS_MAX * _NS_PER_S:
        raise InvalidAttribute(
            "end_time_unix_nano", f"must be at most {SECONDS_MAX} seconds after start_time_unix_nano"
        )
    manifest = ExecutionManifest(
        user_id=user_key(str(values.get("user_id", ANONYMOUS_USER))),
        request_type=manifest_pb2.RequestType.Value(request_type),
        task_type=str(values.get("task_type", DEFAULT_TASK_TYPE)),
        total_latency_ms=duration_ns / _NS_PER_MS,
    )
    set_output_id(manifest, str(values.get("output_id", "")) or derived_output_id((span.trace_id, span.span_id)))
    if not manifest.output_id:
        why = f"must have {TRACE_ID_BYTES} bytes, and span_id {SPAN_ID_BYTES} bytes, if gen_ai.response.id is missing"
        raise InvalidAttribute("trace_id", why)
    _set_models(manifest, values, names)
    for target, value in values.items():
        if target in ("output_id", "user_id", "task_type", *_MODEL_TARGETS):
            continue
        if target == "services_used":
            manifest.services_used.append(str(value))
        else:
            setattr(manifest, target, value)
    if time_ns := span.end_time_unix_nano or span.start_time_unix_nano:
        manifest.create_time.CopyFrom(Timestamp(seconds=time_ns // _NS_PER_S, nanos=time_ns % _NS_PER_S))
    for each in problems(manifest):
        raise InvalidAttribute(_attribute_name(each.field, names), each.why)
    return manifest, "output_id" in values


def _set_models(manifest: ExecutionManifest, values: dict[str, Value], names: dict[str, str]) -> None:
    requested, responded = (str(values.get(target, "")) for target in _MODEL_TARGETS)
    if not requested and not responded:
        raise InvalidAttribute(_ROWS["models_used"][0].attribute, "is required")
    manifest.models_used.append(requested or responded)
    if requested and responded and requested != responded:
        manifest.model_versions[requested] = responded
    if not requested:
        names["models_used"] = names["model_versions"]


def _attribute_name(field_path: str, names: dict[str, str]) -> str:
    target = field_path.partition("[")[0].partition(".")[0]
    return names.get(target, field_path)


def _evaluations(
    span: Span,
    attributes: Attributes,
    output_id: str,
    position: Position,
    limits: ItemLimits,
    converted: ConvertedRequest,
) -> list[Evaluation]:
    """Returns the evaluations in the events and attributes of a span; invalid ones become rejections."""
    end_ns = span.end_time_unix_nano or span.start_time_unix_nano
    readers: list[Callable[[str], Evaluation]] = [
        partial(_read_event, event, limits, output_id, event.time_unix_nano or end_ns)
        for event in span.events
        if event.name == EVALUATION_EVENT_NAME
    ]
    for rows in _ANNOTATION_ROWS if output_id else ():
        for index in attributes.indices(rows):
            readers.append(partial(_read_annotation, attributes, rows, index, output_id, end_ns))
    if converted.evaluations + len(readers) > limits.evaluations_max:
        why = f"the spans of a request must have at most {limits.evaluations_max} evaluations"
        converted.rejections.append(Rejection("feedback", position, "evaluations", why))
        return []
    converted.evaluations += len(readers)
    evaluations: list[Evaluation] = []
    for read in readers:
        try:
            user = attributes.read(_ROWS["user_id"])
            evaluations.append(read(str(user[1]) if user else ""))
        except InvalidAttribute as error:
            converted.rejections.append(Rejection("feedback", position, error.field, error.why))
    return evaluations


def _read_event(event: Span.Event, limits: ItemLimits, output_id: str, time_ns: int, user_id: str) -> Evaluation:
    attributes = Attributes(event.attributes, limits)
    return read_evaluation(attributes, output_id=output_id, user_id=user_id, time_ns=time_ns)


def _read_annotation(
    attributes: Attributes, rows: Sequence[Row], index: int, output_id: str, time_ns: int, user_id: str
) -> Evaluation:
    return read_evaluation(attributes, rows=rows, index=index, output_id=output_id, user_id=user_id, time_ns=time_ns)
