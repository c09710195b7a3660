"""Names of protobuf enum values as filter values and as labels."""

from __future__ import annotations

from typing import Any, Protocol

from google.protobuf.descriptor import EnumDescriptor

Choices = list[tuple[str, str]]
"""Options of a select element: value and label."""


class ProtoEnum(Protocol):
    """A generated enum."""

    DESCRIPTOR: EnumDescriptor


def _prefix(enum: ProtoEnum) -> str:
    return enum.DESCRIPTOR.values_by_number[0].name.removesuffix("UNSPECIFIED")


def enum_name(value: int, enum: ProtoEnum) -> str:
    """Returns the name of a value without the prefix of its enum: SIGNAL_TYPE_COPY_RESPONSE is `copy_response`.

    Returns the number of a value that this version does not define.
    """
    known = enum.DESCRIPTOR.values_by_number.get(value)
    return known.name.removeprefix(_prefix(enum)).lower() if known else str(value)


def enum_label(value: int, enum: ProtoEnum) -> str:
    """Returns the name of a value with spaces: `copy response`; empty for the unspecified value."""
    return enum_name(value, enum).replace("_", " ") if value else ""


def enum_value(name: str, enum: ProtoEnum) -> Any:
    """Returns the value with the name as in `enum_name`; the unspecified value for unknown names."""
    value = enum.DESCRIPTOR.values_by_name.get(_prefix(enum) + name.upper())
    return value.number if name and value is not None else 0


def enum_choices(enum: ProtoEnum) -> Choices:
    """Returns all values but the unspecified one, after an empty choice for any value."""
    numbers = [value.number for value in enum.DESCRIPTOR.values if value.number]
    return [("", "Any"), *((enum_name(number, enum), enum_label(number, enum).capitalize()) for number in numbers)]
