"""Relates the spans of a request to those of other requests: values to inherit, and outputs that wait for them."""

from __future__ import annotations

from gateway.otlp.convert.items import SPAN_ID_BYTES, ManifestItem, derived_output_id
from gateway.otlp.convert.operations import may_contain_calls
from gateway.otlp.convert.table import ANONYMOUS_USER
from gateway.otlp.convert.trace.span_nodes import SpanNode, own_values
from kit.rpc.validation import problems
from radiant.ingest.v1.ingest_service_pb2 import TraceSpan

INHERITED_FIELDS = ("user_id", "conversation_id", "task_type", "domain_mode")


def trace_span_of(node: SpanNode, item: ManifestItem | None) -> TraceSpan | None:
    """Returns the place of a span in its trace, without the manifest; None if the span does not matter to others.

    The topmost span of a trace in the request matters if it states a value to inherit, and an output if its ancestors
    are in other requests. An output of this kind without a user waits for them.
    """
    top = _topmost(node)
    parent = top.span.parent_span_id
    if not derived_output_id(node.position.span) or len(parent) not in (0, SPAN_ID_BYTES):
        return None
    span = TraceSpan(
        trace_id=node.span.trace_id, span_id=node.span.span_id, parent_span_id=parent, is_output=item is not None
    )
    if top is node:
        _set_values(span, node)
    if item is not None:
        span.manifest_waits = bool(parent) and item.manifest.user_id == ANONYMOUS_USER
    states_value = any(getattr(span, field) for field in INHERITED_FIELDS)
    is_split_output = item is not None and (bool(parent) or may_contain_calls(node.operation))
    return span if states_value or is_split_output else None


def needs_comparison(node: SpanNode, span: TraceSpan) -> bool:
    """Returns whether ingest compares the output with other requests before it records it."""
    return span.manifest_waits or may_contain_calls(node.operation)


def _topmost(node: SpanNode) -> SpanNode:
    """Returns the ancestor without a parent in the request; of spans in a circle, one of them."""
    seen: set[int] = set()
    while node.parent is not None and id(node) not in seen:
        seen.add(id(node))
        node = node.parent
    return node


def _set_values(span: TraceSpan, node: SpanNode) -> None:
    values = own_values(node)
    for field in INHERITED_FIELDS:
        if field in values:
            setattr(span, field, values[field][1])
    for each in problems(span):
        if each.field in INHERITED_FIELDS:
            span.ClearField(each.field)  # type: ignore[arg-type]
            node.attributes.report(values[each.field][0], each.why)
