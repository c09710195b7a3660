"""Spans become manifests and the feedback that they carry: pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.otlp.items import Ballot, Mapped, Output, Place, Reject, SpanId
from gateway.otlp.judging import Evaluation, evaluation, feedback, grouped
from gateway.otlp.mapping import ANNOTATION, DEFAULT_TASK, EVALUATION_EVENT, MANIFEST, NOBODY, OPERATIONS, Row
from gateway.otlp.settings import ItemLimits
from gateway.otlp.values import Attributes, Unfit, Value
from kit.rpc.validation import problems
from radiant.ingest.v1 import manifest_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest

TRACE_BYTES, SPAN_BYTES = 16, 8
_NS, _NS_PER_MS = 1_000_000_000, 1_000_000
_ROWS: dict[str, tuple[Row, ...]] = {
    target: tuple(row for row in MANIFEST if row.target == target)
    for target in dict.fromkeys(row.target for row in MANIFEST)
}
_OPERATION_NAMES = frozenset(row.attribute for row in _ROWS["operation"])
_MODELS = ("models_used", "model_versions")
_FORMS = tuple(
    tuple(row for row in ANNOTATION if row.attribute.startswith(prefix)) for prefix in ("annotations.", "evaluations.")
)


def derived_output_id(span: SpanId) -> str:
    """Returns the output_id of a span that names none; empty when the span has no valid identifiers."""
    trace, identifier = span
    valid = len(trace) == TRACE_BYTES and len(identifier) == SPAN_BYTES and any(trace) and any(identifier)
    return f"{trace.hex()}-{identifier.hex()}" if valid else ""


def map_spans(request: ExportTraceServiceRequest, limits: ItemLimits) -> Mapped:
    """Reads every span of a request; what cannot be taken is among the rejects, and nothing is raised."""
    mapped, number = Mapped(), 0
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                _map(span, Place(number, (span.trace_id, span.span_id)), limits, mapped)
                number += 1
    return mapped


def _map(span: Span, place: Place, limits: ItemLimits, into: Mapped) -> None:
    concerned = any(pair.key in _OPERATION_NAMES for pair in span.attributes)
    if not concerned and not any(event.name == EVALUATION_EVENT for event in span.events):
        into.ignored += 1
        return
    rejects, output_id = len(into.rejects), ""
    try:
        attributes = Attributes(span.attributes, limits)
        found = attributes.read(_ROWS["operation"])
        request_type = OPERATIONS.get(str(found[1])) if found else None
        if request_type is not None:
            manifest, named = manifest_of(span, attributes, request_type)
            into.outputs.append(Output(place, manifest, named))
            output_id = manifest.output_id
    except Unfit as unfit:
        into.rejects.append(Reject("manifest", place, unfit.field, unfit.why))
        return
    judged = _evaluations(span, attributes, output_id, place, limits, into)
    for group in grouped(judged):
        try:
            into.ballots.append(Ballot(place, feedback(group)))
        except Unfit as unfit:
            into.rejects.append(Reject("feedback", place, unfit.field, unfit.why))
    if not output_id and not judged and len(into.rejects) == rejects:
        into.ignored += 1


def manifest_of(span: Span, attributes: Attributes, request_type: str) -> tuple[ExecutionManifest, bool]:
    """Returns the manifest and whether it was named by the sender; raises Unfit naming the attribute."""
    values: dict[str, Value] = {}
    names: dict[str, str] = {}
    for target, rows in _ROWS.items():
        if target != "operation" and (found := attributes.read(rows)) is not None:
            names[target], values[target] = found
    manifest = ExecutionManifest(
        output_id=str(values.get("output_id", "")) or derived_output_id((span.trace_id, span.span_id)),
        user_id=str(values.get("user_id", NOBODY)),
        request_type=manifest_pb2.RequestType.Value(request_type),
        task_type=str(values.get("task_type", DEFAULT_TASK)),
        total_latency_ms=max(0, span.end_time_unix_nano - span.start_time_unix_nano) / _NS_PER_MS
        if span.start_time_unix_nano
        else 0.0,
    )
    if not manifest.output_id:
        raise Unfit("trace_id", "trace_id and span_id must be 16 and 8 bytes, without a gen_ai.response.id")
    _name_models(manifest, values, names)
    for target, value in values.items():
        if target in ("output_id", "user_id", "task_type", *_MODELS):
            continue
        if target == "services_used":
            manifest.services_used.append(str(value))
        else:
            setattr(manifest, target, value)
    if moment := span.end_time_unix_nano or span.start_time_unix_nano:
        manifest.create_time.CopyFrom(Timestamp(seconds=moment // _NS, nanos=moment % _NS))
    for each in problems(manifest):
        raise Unfit(_attribute_of(each.field, names), each.why)
    return manifest, "output_id" in values


def _name_models(manifest: ExecutionManifest, values: dict[str, Value], names: dict[str, str]) -> None:
    asked, answered = (str(values.get(target, "")) for target in _MODELS)
    if not asked and not answered:
        raise Unfit(_ROWS["models_used"][0].attribute, "is required")
    manifest.models_used.append(asked or answered)
    if asked and answered and asked != answered:
        manifest.model_versions[asked] = answered
    if not asked:
        names["models_used"] = names["model_versions"]


def _attribute_of(path: str, names: dict[str, str]) -> str:
    target = path.partition("[")[0].partition(".")[0]
    return names.get(target, path)


def _evaluations(
    span: Span, attributes: Attributes, output_id: str, place: Place, limits: ItemLimits, into: Mapped
) -> list[Evaluation]:
    """Reads what a span says of an output, of itself unless another is named; notes what cannot be taken."""
    ended = span.end_time_unix_nano or span.start_time_unix_nano
    reads: list[Callable[[str], Evaluation]] = [
        partial(_event, event, limits, output_id, event.time_unix_nano or ended)
        for event in span.events
        if event.name == EVALUATION_EVENT
    ]
    for rows in _FORMS if output_id else ():
        for index in attributes.indices(rows):
            reads.append(partial(_annotation, attributes, rows, index, output_id, ended))
    judged: list[Evaluation] = []
    for read in reads:
        try:
            user = attributes.read(_ROWS["user_id"])
            judged.append(read(str(user[1]) if user else ""))
        except Unfit as unfit:
            into.rejects.append(Reject("feedback", place, unfit.field, unfit.why))
    return judged


def _event(event: Span.Event, limits: ItemLimits, output_id: str, time_ns: int, user_id: str) -> Evaluation:
    attributes = Attributes(event.attributes, limits)
    return evaluation(attributes, output_id=output_id, user_id=user_id, time_ns=time_ns)


def _annotation(
    attributes: Attributes, rows: Sequence[Row], index: int, output_id: str, time_ns: int, user_id: str
) -> Evaluation:
    return evaluation(attributes, rows=rows, index=index, output_id=output_id, user_id=user_id, time_ns=time_ns)
