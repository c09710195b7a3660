"""The spans of a request as trees: inheritance from ancestors, and which of nested model calls is the output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gateway.otlp.convert.attributes import Attributes
from gateway.otlp.convert.items import Position, SpanKey
from gateway.otlp.convert.operations import GENAI_PREFIXES, OperationKind, Reason, operation_of
from gateway.otlp.convert.table import INHERITED_ROWS, OPERATION_ROWS, OWN_ROWS, Row
from gateway.otlp.convert.values import Value

Found = Mapping[str, tuple[str, Value]]
"""Name of the attribute and value, by target."""


def rows_by_target(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """Returns the rows of each target in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.target, []).append(row)
    return {target: tuple(each) for target, each in found.items()}


INHERITED, OWN = rows_by_target(INHERITED_ROWS), rows_by_target(OWN_ROWS)
_MODEL_ROWS = OWN["models_used"] + OWN["model_versions"]
_USAGE_ROWS = OWN["input_tokens"] + OWN["output_tokens"] + OWN["total_cost"]


@dataclass(slots=True, eq=False)
class SpanNode:
    """A span with its attributes, its parent in the request, and its role among nested calls."""

    span: Span
    position: Position
    attributes: Attributes
    resource: Attributes
    kind: OperationKind = OperationKind.UNKNOWN
    request_type: str = ""
    operation: str = ""
    """Name of the operation in lower case."""
    reason: Reason | None = Reason.NOT_GENERATIVE_AI
    """Reason for which the span is not an output; None for an output."""
    has_usage: bool = False
    """Whether the span has a model, and tokens or a cost."""
    parent: SpanNode | None = None
    contains_call: bool = False
    contains_call_with_usage: bool = False
    context: dict[str, tuple[str, Value]] | None = None
    """Inherited values with those of the span itself, once `inherited` has computed them."""

    @property
    def is_output(self) -> bool:
        """Whether the span is an output."""
        return self.reason is None


def span_nodes(items: Sequence[tuple[Span, Position, Attributes, Attributes]]) -> list[SpanNode]:
    """Returns the nodes of spans, with their attributes and those of their resources, linked and classified."""
    nodes = [SpanNode(*each) for each in items]
    by_key: dict[SpanKey, SpanNode] = {}
    for node in nodes:
        _classify(node)
        by_key.setdefault(node.position.span, node)
    for node in nodes:
        parent = by_key.get((node.span.trace_id, node.span.parent_span_id)) if node.span.parent_span_id else None
        node.parent = None if parent is node else parent
    for node in nodes:
        if node.kind is OperationKind.MODEL_CALL:
            _mark_ancestors(node)
    _choose_outputs(nodes)
    return nodes


def _classify(node: SpanNode) -> None:
    """Sets kind and reason of a span without regard to others."""
    found = node.attributes.read(OPERATION_ROWS)
    if found is None and not node.attributes.has_prefix(GENAI_PREFIXES):
        return
    node.operation = str(found[1]) if found else ""
    node.kind, node.request_type, node.reason = operation_of(node.operation)
    if node.kind is OperationKind.NOT_OUTPUT:
        return
    has_model = node.attributes.read(_MODEL_ROWS) is not None
    node.has_usage = has_model and node.attributes.read(_USAGE_ROWS) is not None
    if node.kind is OperationKind.UNKNOWN and has_model:
        is_failed = node.span.status.code == Status.STATUS_CODE_ERROR
        if node.has_usage or is_failed or node.attributes.read(OWN["output_id"]) is not None:
            node.kind = OperationKind.MODEL_CALL
    if node.kind is OperationKind.MODEL_CALL or (node.kind is OperationKind.AGENT and has_model):
        node.reason = None


def _mark_ancestors(node: SpanNode) -> None:
    """Marks the ancestors of a model call. It stops at a marked one, whose ancestors are marked already."""
    ancestor = node.parent
    while ancestor is not None and ancestor is not node:
        if ancestor.contains_call_with_usage or (ancestor.contains_call and not node.has_usage):
            return
        ancestor.contains_call = True
        ancestor.contains_call_with_usage = node.has_usage
        ancestor = ancestor.parent


def _choose_outputs(nodes: Sequence[SpanNode]) -> None:
    """Sets the reason of model calls and agents that are not outputs, because another span of their trace is."""
    for node in nodes:
        is_call = node.kind is OperationKind.MODEL_CALL
        if node.contains_call_with_usage or (node.contains_call and not (is_call and node.has_usage)):
            node.reason = Reason.CONTAINS_MODEL_CALL if node.is_output else node.reason
    covered: dict[int, bool] = {}
    responses: dict[tuple[bytes, str], SpanNode] = {}
    for node in nodes:
        is_candidate = node.is_output or node.kind is OperationKind.UNKNOWN
        if is_candidate and not node.has_usage and _is_inside_output(node, covered):
            node.reason = Reason.INSIDE_MODEL_CALL if node.reason is not Reason.NOT_GENERATIVE_AI else node.reason
        elif node.reason is Reason.NO_MODEL_OR_USAGE and node.parent and node.parent.kind is OperationKind.NOT_OUTPUT:
            node.reason = node.parent.reason
        if node.is_output and (response := node.attributes.read(OWN["output_id"])) is not None:
            _choose_response(responses, (node.span.trace_id, str(response[1])), node)


def _is_inside_output(node: SpanNode, covered: dict[int, bool]) -> bool:
    """Returns whether an ancestor is a model call with usage that is an output."""
    path: list[SpanNode] = []
    seen = {id(node)}
    ancestor, is_inside = node.parent, False
    while ancestor is not None and id(ancestor) not in seen:
        if id(ancestor) in covered:
            is_inside = covered[id(ancestor)]
            break
        seen.add(id(ancestor))
        path.append(ancestor)
        if ancestor.is_output and ancestor.has_usage and ancestor.kind is OperationKind.MODEL_CALL:
            is_inside = True
            break
        ancestor = ancestor.parent
    for each in path:
        covered[id(each)] = is_inside
    return is_inside


def _choose_response(responses: dict[tuple[bytes, str], SpanNode], key: tuple[bytes, str], node: SpanNode) -> None:
    """Keeps one of several spans of a trace with one response id: the first with a cost, or else the first."""
    kept = responses.setdefault(key, node)
    if kept is node or kept.position.span == node.position.span:
        return
    cost = OWN["total_cost"]
    if kept.attributes.read(cost) is None and node.attributes.read(cost) is not None:
        responses[key], kept, node = node, node, kept
    node.reason = Reason.SAME_RESPONSE


def inherited(node: SpanNode) -> Found:
    """Returns the values of INHERITED_ROWS: those of the span, its nearest ancestor that has one, or its resource."""
    path: list[SpanNode] = []
    seen: set[int] = set()
    each: SpanNode | None = node
    while each is not None and each.context is None and id(each) not in seen:
        seen.add(id(each))
        path.append(each)
        each = each.parent
    context: dict[str, tuple[str, Value]] = each.context or {} if each is not None else {}
    for current in reversed(path):
        context = (dict(context) if current.parent is not None else _values(current.resource)) | _values(
            current.attributes
        )
        current.context = context
    return context


def own_values(node: SpanNode) -> Found:
    """Returns the values of INHERITED_ROWS that the span itself states."""
    return _values(node.attributes)


def _values(attributes: Attributes) -> dict[str, tuple[str, Value]]:
    found = {target: attributes.read(rows) for target, rows in INHERITED.items()}
    return {target: each for target, each in found.items() if each is not None}
