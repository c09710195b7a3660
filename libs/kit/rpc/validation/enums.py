"""Descriptions of the values that an enum field allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from buf.validate import validate_pb2
from kit.rpc.validation.shapes import is_map


def enum_rule(field: Any) -> str:
    """Returns the rule of an enum field, a FieldDescriptor, with the names of all values that its validation allows."""
    rules = field.GetOptions().Extensions[validate_pb2.field]
    excluded = frozenset((rules.repeated.items if field.is_repeated else rules).enum.not_in)
    return f"must be one of {', '.join(each.name for each in field.enum_type.values if each.number not in excluded)}"


def enum_at(kind: Any, names: Iterable[str]) -> FieldDescriptor | None:
    """Returns the enum field of a message type, a Descriptor, at a path of field names.

    Returns None for a field of another type and for values of maps.
    """
    found = kind
    field: FieldDescriptor | None = None
    for name in names:
        field = found.fields_by_name.get(name) if found is not None else None
        if field is None or is_map(field):
            return None
        found = field.message_type
    return field if field is not None and field.enum_type is not None else None
