"""Converts a span that is an output to its manifest, with the outcome of the call."""

from __future__ import annotations

import re
from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gateway.otlp.convert.attributes import Attributes
from gateway.otlp.convert.items import SPAN_ID_BYTES, TRACE_ID_BYTES, derived_output_id
from gateway.otlp.convert.table import (
    ANONYMOUS_USER,
    DEFAULT_TASK_TYPE,
    FIRST_TOKEN_EVENTS,
    GENERAL,
    OTHER,
    Row,
    ValueType,
)
from gateway.otlp.convert.trace.span_nodes import OWN, SpanNode, inherited
from gateway.otlp.convert.values import SECONDS_MAX, InvalidAttribute, Value
from kit.ids import output_id_of
from kit.rpc.validation import problems
from radiant.ingest.v1 import manifest_pb2
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest, Outcome

ERROR_TYPE_ROWS = (
    Row("error.type", "error_type", ValueType.TEXT, GENERAL),
    Row("exception.type", "error_type", ValueType.TEXT, GENERAL),
    Row("ai.error.name", "error_type", ValueType.TEXT, OTHER),
)
ERROR_MESSAGE_ROWS = (
    Row("error.message", "error_message", ValueType.TEXT, GENERAL),
    Row("exception.message", "error_message", ValueType.TEXT, GENERAL),
    Row("langfuse.observation.status_message", "error_message", ValueType.TEXT, OTHER),
)
HTTP_STATUS_ROWS = (
    Row("http.response.status_code", "http_status", ValueType.COUNT, GENERAL),
    Row("http.status_code", "http_status", ValueType.COUNT, GENERAL),
)
LEVEL_ROWS = (Row("langfuse.observation.level", "level", ValueType.KEYWORD, OTHER),)
EXCEPTION_EVENT = "exception"
ERROR_TYPE_CHARACTERS_MAX, ERROR_MESSAGE_CHARACTERS_MAX = 200, 2000
UNKNOWN_ERROR_TYPE = "_OTHER"
"""Error type of a failed span without one, as in the general conventions."""
TIMEOUT_STATUSES, CANCELLED_STATUSES = frozenset({"408", "504", "524"}), frozenset({"499"})
_TIMEOUT = re.compile(r"time.?out|timed.?out|deadline", re.IGNORECASE)
_CANCELLED = re.compile(r"cancel|abort.?error", re.IGNORECASE)
_STATED_STATUS = re.compile(r"\b(?:error|status|http)(?: code)?[: ]+([45]\d\d)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")

YEAR_2020_NS = 1_577_836_800_000_000_000
"""Earliest time of an output, as in ingest."""
_NS_PER_S, _NS_PER_MS = 1_000_000_000, 1_000_000
_STREAM = "stream"
"""Part of the names of operations that stream."""
ALIAS_CHARACTERS_MAX = 1000
_MODEL_TARGETS = ("models_used", "model_versions")
_INSTANT_NAMES = frozenset(
    row.attribute for row in OWN["time_to_first_token_ms"] if row.value_type is ValueType.INSTANT
)


def manifest_of(node: SpanNode) -> tuple[ExecutionManifest, bool]:
    """Returns the manifest of an output, and whether the sender set its output_id.

    An attribute that violates a rule is left out and counted. Raises InvalidAttribute if no model or no output_id is
    left.
    """
    span = node.span
    found = dict(inherited(node))
    for target, rows in OWN.items():
        if (each := node.attributes.read(rows)) is not None:
            found[target] = each
    names = {target: name for target, (name, _) in found.items()}
    values = {target: value for target, (_, value) in found.items()}
    manifest = ExecutionManifest(
        user_id=str(values.pop("user_id", ANONYMOUS_USER)),
        request_type=manifest_pb2.RequestType.Value(node.request_type),
        task_type=str(values.pop("task_type", DEFAULT_TASK_TYPE)),
        outcome=outcome_of(span, node.attributes),
    )
    if foreign_id := str(values.pop("output_id", "")):
        _set_output_id(manifest, foreign_id)
    _set_times(manifest, node, values, names)
    _set_models(manifest, values, names)
    if (service := values.pop("services_used", None)) is not None:
        manifest.services_used.append(str(service))
    for target, value in values.items():
        setattr(manifest, target, value)
    has_own_output_id = bool(manifest.output_id)
    _remove_violations(manifest, node, names)
    has_own_output_id = has_own_output_id and bool(manifest.output_id)
    manifest.output_id = manifest.output_id or derived_output_id(node.position.span)
    if not manifest.output_id:
        why = f"must have {TRACE_ID_BYTES} bytes, and span_id {SPAN_ID_BYTES} bytes, if gen_ai.response.id is missing"
        raise InvalidAttribute("trace_id", why)
    return manifest, has_own_output_id


def _set_output_id(manifest: ExecutionManifest, foreign_id: str) -> None:
    """Sets the output_id for an id of another system, and keeps an id that is no valid output_id as an alias."""
    manifest.output_id = output_id_of(foreign_id)
    if manifest.output_id != foreign_id:
        manifest.output_aliases.append(foreign_id[:ALIAS_CHARACTERS_MAX])


def _set_times(manifest: ExecutionManifest, node: SpanNode, values: dict[str, Value], names: dict[str, str]) -> None:
    """Sets latency, time to the first token and create_time as far as the span states them."""
    start_ns, end_ns = node.span.start_time_unix_nano, node.span.end_time_unix_nano
    if start_ns and end_ns and end_ns < start_ns:
        node.attributes.report("end_time_unix_nano", "must not be before start_time_unix_nano; the latency is left out")
    elif start_ns and end_ns and end_ns - start_ns > SECONDS_MAX * _NS_PER_S:
        why = f"must be at most {SECONDS_MAX} seconds after start_time_unix_nano; the latency is left out"
        node.attributes.report("end_time_unix_nano", why)
    elif start_ns and end_ns:
        manifest.total_latency_ms = (end_ns - start_ns) / _NS_PER_MS
    first_ms = values.pop("time_to_first_token_ms", None)
    if first_ms is None:
        first_ms = _first_event_ms(node.span)
    elif names["time_to_first_token_ms"] in _INSTANT_NAMES:
        first_ms = _elapsed_ms(node.span, int(first_ms))
    if first_ms is not None:
        manifest.time_to_first_token_ms = float(first_ms)
    if first_ms is not None or _STREAM in node.operation:
        values.setdefault("was_streamed", True)
    created_ns = max(start_ns, end_ns)
    if 0 < created_ns < YEAR_2020_NS:
        node.attributes.report("end_time_unix_nano", "must not be before 2020; the time of receipt is used")
    elif created_ns:
        manifest.create_time.CopyFrom(Timestamp(seconds=created_ns // _NS_PER_S, nanos=created_ns % _NS_PER_S))


def _first_event_ms(span: Span) -> float | None:
    times = [event.time_unix_nano for event in span.events if event.name in FIRST_TOKEN_EVENTS and event.time_unix_nano]
    return _elapsed_ms(span, min(times)) if times else None


def _elapsed_ms(span: Span, time_ns: int) -> float | None:
    """Returns the milliseconds from the start of the span to a time; None if it is not after the start."""
    start_ns = span.start_time_unix_nano
    return (time_ns - start_ns) / _NS_PER_MS if start_ns and time_ns >= start_ns else None


def _set_models(manifest: ExecutionManifest, values: dict[str, Value], names: dict[str, str]) -> None:
    requested, responded = (str(values.pop(target, "")) for target in _MODEL_TARGETS)
    if not requested and not responded:
        raise InvalidAttribute(OWN["models_used"][0].attribute, "is required")
    manifest.models_used.append(requested or responded)
    if requested and responded and requested != responded:
        manifest.model_versions[requested] = responded
    if not requested:
        names["models_used"] = names["model_versions"]


def _remove_violations(manifest: ExecutionManifest, node: SpanNode, names: Mapping[str, str]) -> None:
    """Removes the fields that violate a rule, and counts their attributes. Required fields get their default.

    Raises InvalidAttribute if the model violates a rule.
    """
    for each in problems(manifest):
        target = each.field.partition("[")[0].partition(".")[0]
        if target not in ExecutionManifest.DESCRIPTOR.fields_by_name:
            raise InvalidAttribute(each.field or "manifest", each.why)
        name = names.get(target, each.field)
        if target == "models_used":
            responded = next(iter(manifest.model_versions.values()), "")
            manifest.ClearField("model_versions")
            manifest.models_used[:] = [responded]
            if not responded or [each for each in problems(manifest) if each.field.startswith(target)]:
                raise InvalidAttribute(name, each.why)
        elif target == "output_id" and not manifest.output_id:
            continue
        else:
            manifest.ClearField(target)  # type: ignore[arg-type]
            if target == "task_type":
                manifest.task_type = DEFAULT_TASK_TYPE
        node.attributes.report(name, each.why)


def outcome_of(span: Span, attributes: Attributes) -> Outcome | None:
    """Returns the outcome of a call that did not answer; None for one that answered.

    The call failed if the status of the span is an error; if it is not set, also if an error type, an HTTP status from
    400, or an exception event is present. The type states whether it was a time-out or a cancellation.
    """
    if span.status.code == Status.STATUS_CODE_OK:
        return None
    error_type, message = _text(attributes, ERROR_TYPE_ROWS), _text(attributes, ERROR_MESSAGE_ROWS)
    http_status = int(_text(attributes, HTTP_STATUS_ROWS) or 0)
    http_type = str(http_status) if http_status >= 400 else ""
    event_type, event_message = _exception(span, attributes)
    is_failed = (
        span.status.code == Status.STATUS_CODE_ERROR
        or bool(error_type or http_type or event_type)
        or _text(attributes, LEVEL_ROWS) == "error"
    )
    if not is_failed:
        return None
    message = message or span.status.message or event_message
    stated = _STATED_STATUS.search(message)
    error_type = error_type or event_type or http_type or (stated[1] if stated else UNKNOWN_ERROR_TYPE)
    return Outcome(
        status=_status(error_type, http_type),
        error_type=_CONTROL.sub(" ", error_type)[:ERROR_TYPE_CHARACTERS_MAX],
        error_message=message.replace("\0", "")[:ERROR_MESSAGE_CHARACTERS_MAX],
    )


def _status(error_type: str, http_status: str) -> manifest_pb2.OutcomeStatus.ValueType:
    statuses = {error_type, http_status}
    if statuses & TIMEOUT_STATUSES or _TIMEOUT.search(error_type):
        return manifest_pb2.OUTCOME_STATUS_TIMEOUT
    if statuses & CANCELLED_STATUSES or _CANCELLED.search(error_type):
        return manifest_pb2.OUTCOME_STATUS_CANCELLED
    return manifest_pb2.OUTCOME_STATUS_ERROR


def _text(attributes: Attributes, rows: tuple[Row, ...]) -> str:
    found = attributes.read(rows)
    return str(found[1]) if found else ""


def _exception(span: Span, attributes: Attributes) -> tuple[str, str]:
    """Returns type and message of the last exception event; empty without one."""
    for event in reversed(span.events):
        if event.name == EXCEPTION_EVENT:
            found = attributes.of_event(event.attributes)
            return _text(found, ERROR_TYPE_ROWS) or UNKNOWN_ERROR_TYPE, _text(found, ERROR_MESSAGE_ROWS)
    return "", ""
