"""Counts the elements of a serialized OTLP request before it is parsed: an empty element costs 2 bytes, but 160 parsed.

The counts come from messages with the same field numbers, in which nested messages are plain bytes. Parsing them
creates one string per element and stops at the first level that exceeds its limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.otlp.codec import RequestTooLarge
from kit.errors import Invalid

_BYTES = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
_REPEATED = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
_FILE = "radiant/gateway/otlp_outline.proto"
_PACKAGE = "radiant.gateway.otlp_outline"
_OUTLINES: Mapping[str, Mapping[str, int]] = {
    "Request": {"resources": 1},
    "Resource": {"resource": 1, "scopes": 2},
    "Scope": {"scope": 1, "items": 2},
    "ResourceInfo": {"attributes": 1, "entities": 3},
    "ScopeInfo": {"attributes": 3},
    "Span": {"attributes": 9, "events": 11, "links": 13},
    "Event": {"attributes": 3},
    "Link": {"attributes": 4},
    "LogRecord": {"attributes": 6},
}
"""Repeated fields with nested messages, and their numbers in opentelemetry.proto. Traces and logs agree above items."""


def _message_classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=_FILE, package=_PACKAGE, syntax="proto3")
    for name, fields in _OUTLINES.items():
        message = file.message_type.add(name=name)
        for field, number in fields.items():
            message.field.add(name=field, number=number, type=_BYTES, label=_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {}
    for name in _OUTLINES:
        found[name] = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
    return found


_CLASSES = _message_classes()


class _Counter:
    """Counts elements of a request against two limits."""

    def __init__(self, message_name: str, item_name: str, items_max: int, attributes_max: int) -> None:
        self._message_name, self._item_name = message_name, item_name
        self._items_max, self._attributes_max = items_max, attributes_max
        self._groups = self._items = self._attributes = 0

    def add_groups(self, elements: Sequence[bytes]) -> Sequence[bytes]:
        """Counts resources or scopes; raises RequestTooLarge."""
        self._groups += len(elements)
        if self._groups > self._items_max:
            raise RequestTooLarge.field("body", f"must contain at most {self._items_max} resources and scopes")
        return elements

    def add_items(self, elements: Sequence[bytes]) -> Sequence[bytes]:
        """Counts spans or log records; raises RequestTooLarge."""
        self._items += len(elements)
        if self._items > self._items_max:
            raise RequestTooLarge.field("body", f"must contain at most {self._items_max} {self._item_name}")
        return elements

    def add_attributes(self, *groups: Sequence[bytes]) -> None:
        """Counts attributes, events and links; raises RequestTooLarge."""
        self._attributes += sum(len(each) for each in groups)
        if self._attributes > self._attributes_max:
            why = f"must contain at most {self._attributes_max} attributes, events and links"
            raise RequestTooLarge.field("body", why)

    def parsed(self, name: str, content: bytes) -> Any:
        """Returns the outline of that name; raises Invalid."""
        try:
            return _CLASSES[name].FromString(content)
        except DecodeError:
            raise Invalid.field("body", f"is not a valid {self._message_name}") from None


def check_trace_counts(body: bytes, items_max: int, attributes_max: int) -> None:
    """Raises RequestTooLarge if an ExportTraceServiceRequest has too many elements, and Invalid if it is malformed."""
    counter = _Counter(ExportTraceServiceRequest.DESCRIPTOR.full_name, "spans", items_max, attributes_max)
    for content in _items(body, counter):
        span = counter.parsed("Span", content)
        counter.add_attributes(span.attributes, span.events, span.links)
        for name, elements in (("Event", span.events), ("Link", span.links)):
            for element in elements:
                counter.add_attributes(counter.parsed(name, element).attributes)


def check_log_counts(body: bytes, items_max: int, attributes_max: int) -> None:
    """Raises RequestTooLarge if an ExportLogsServiceRequest has too many elements, and Invalid if it is malformed."""
    counter = _Counter(ExportLogsServiceRequest.DESCRIPTOR.full_name, "log records", items_max, attributes_max)
    for content in _items(body, counter):
        counter.add_attributes(counter.parsed("LogRecord", content).attributes)


def _items(body: bytes, counter: _Counter) -> Iterator[bytes]:
    """Counts resources, scopes and items; yields the content of each item."""
    for resource_content in counter.add_groups(counter.parsed("Request", body).resources):
        resource = counter.parsed("Resource", resource_content)
        for content in counter.add_groups(resource.resource):
            info = counter.parsed("ResourceInfo", content)
            counter.add_attributes(info.attributes, info.entities)
        for scope_content in counter.add_groups(resource.scopes):
            scope = counter.parsed("Scope", scope_content)
            for content in counter.add_groups(scope.scope):
                counter.add_attributes(counter.parsed("ScopeInfo", content).attributes)
            yield from counter.add_items(scope.items)
