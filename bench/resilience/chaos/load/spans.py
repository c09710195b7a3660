"""Manifests as an OTLP request, and the request ID that the gateway derives from it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from gateway.otlp.convert.items import request_id
from gateway.otlp.convert.spans import convert_spans
from gateway.otlp.output_ids import name_outputs
from gateway.otlp.settings import ItemLimits
from radiant.ingest.v1.manifest_pb2 import ExecutionManifest


def export_request(manifests: Sequence[ExecutionManifest], rng: random.Random) -> ExportTraceServiceRequest:
    """Returns an OTLP request with a span for each manifest."""
    spans = [_span(manifest, rng) for manifest in manifests]
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])


def derived_request_id(request: ExportTraceServiceRequest) -> str:
    """Returns the request ID under which the gateway stores the manifests of a request."""
    converted = convert_spans(request, ItemLimits())
    name_outputs(converted)
    items = converted.manifests
    return request_id("manifests", items[0].position.span, [each.manifest for each in items])


def _span(manifest: ExecutionManifest, rng: random.Random) -> Span:
    values = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": manifest.models_used[0],
        "gen_ai.response.id": manifest.output_id,
        "gen_ai.conversation.id": manifest.conversation_id,
        "user.id": manifest.user_id,
        "radiant.task_type": manifest.task_type,
    }
    end_ns = manifest.create_time.ToNanoseconds()
    return Span(
        trace_id=rng.randbytes(16),
        span_id=rng.randbytes(8),
        start_time_unix_nano=end_ns - 1_000_000,
        end_time_unix_nano=end_ns,
        attributes=[KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in values.items()],
    )
