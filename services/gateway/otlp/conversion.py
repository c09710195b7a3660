"""Decompresses, parses and converts a request. The functions run in a worker thread or process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.otlp.codec import BodyFormat, RequestTooLarge, parse_message
from gateway.otlp.convert.items import ConvertedRequest
from gateway.otlp.convert.log_records import convert_log_records
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.element_counts import check_log_counts, check_trace_counts
from gateway.otlp.output_ids import name_outputs
from gateway.otlp.settings import OtlpSettings


def convert_trace_request(body: bytes, body_format: BodyFormat, limits: OtlpSettings) -> ConvertedRequest:
    """Returns the manifests and the feedback of a request; raises Invalid if it is malformed or over a limit."""
    if body_format is BodyFormat.PROTOBUF:
        check_trace_counts(body, limits.items_max, limits.attributes_max)
    request = parse_message(ExportTraceServiceRequest, body, body_format, limits.json_values_max)
    groups = (scope.spans for resource in request.resource_spans for scope in resource.scope_spans)
    _check_item_count("spans", groups, limits.items_max)
    return _named(convert_spans(request, limits.item))


def convert_log_request(body: bytes, body_format: BodyFormat, limits: OtlpSettings) -> ConvertedRequest:
    """Returns the feedback of a request; raises Invalid if it is malformed or over a limit."""
    if body_format is BodyFormat.PROTOBUF:
        check_log_counts(body, limits.items_max, limits.attributes_max)
    request = parse_message(ExportLogsServiceRequest, body, body_format, limits.json_values_max)
    groups = (scope.log_records for resource in request.resource_logs for scope in resource.scope_logs)
    _check_item_count("log records", groups, limits.items_max)
    return _named(convert_log_records(request, limits.item))


def _named(converted: ConvertedRequest) -> ConvertedRequest:
    name_outputs(converted)
    return converted


def _check_item_count(item_name: str, groups: Iterable[Sequence[object]], items_max: int) -> None:
    if sum(len(group) for group in groups) > items_max:
        raise RequestTooLarge.field("body", f"must contain at most {items_max} {item_name}")
