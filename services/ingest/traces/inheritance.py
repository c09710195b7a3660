"""Spans of a trace, and the values that a span inherits from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownSpan:
    """A span that states values for its descendants."""

    span_id: bytes
    parent_span_id: bytes
    """Empty for the root of the trace."""
    context: Mapping[str, str]
    """Values by the field of a manifest."""


@dataclass(frozen=True, slots=True)
class TraceSpan:
    """A span to store, with the manifest of its output if it waits."""

    trace_id: bytes
    known: KnownSpan
    is_output: bool
    manifest: bytes | None
    """Serialized manifest of the output, if it waits for values of ancestors."""
    manifest_waits: bool


def inherited_values(span_id: bytes, spans: Sequence[KnownSpan]) -> dict[str, str]:
    """Returns the values of the span: its own, those of its nearest known ancestors, or else those of the root."""
    by_id = {each.span_id: each for each in spans}
    path: list[KnownSpan] = []
    each = by_id.pop(span_id, None)
    while each is not None:
        path.append(each)
        each = by_id.pop(each.parent_span_id, None)
    path += [each for each in spans if not each.parent_span_id]
    values: dict[str, str] = {}
    for known in reversed(path):
        values.update({field: value for field, value in known.context.items() if value})
    return values
