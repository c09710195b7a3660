"""Shapes of message types: their lists, maps and nested messages, with the limits that the rules set.

A shape counts the items of an encoded message without parsing the items: it parses the message as a type of its own in
which every nested message is a byte string. This costs about 5 ns per item, a full parse 140 ns and 380 bytes.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from buf.validate import validate_pb2

STRUCTS = frozenset(f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue"))
"""Types of JSON values. They are recursive and have no rules, so their size is limited instead of their items."""
UNLIMITED = 2**31 - 1
ITEM_BYTES_MIN = 2
"""Size of an empty item of a list."""
SMALL_BYTES_MAX = 64
"""Largest `Shape.small_bytes`."""

_POOL = descriptor_pool.DescriptorPool()
_SERIAL = itertools.count()
_TYPES = descriptor_pb2.FieldDescriptorProto
_BYTE_STRINGS = (_TYPES.TYPE_MESSAGE, _TYPES.TYPE_STRING, _TYPES.TYPE_BYTES)


@dataclass(frozen=True, slots=True)
class Part:
    """A list, a map, or a nested message of a type."""

    name: str
    """Name of the field."""
    attribute: str
    """Name of the field in the class of the shape."""
    items_max: int
    """Largest number of items."""
    weight: int
    """Number of values of an item: 1, or the number of its fields."""
    is_list: bool
    """Whether the field is a list or a map; otherwise it is one nested message."""
    is_map: bool
    shape: Shape | None
    """Shape of the items; None for items without lists."""
    is_struct: bool
    """Whether the items are of a type in STRUCTS."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The lists, maps and nested messages of a message type."""

    kind: Any
    """Class that parses a message without its nested messages. Other fields are kept as unknown fields."""
    parts: tuple[Part, ...]
    """Fields that are or contain lists, maps or JSON values."""
    small_bytes: int
    """Size of a message that is too small for more items than the rules of its lists and maps allow."""


@functools.cache
def shape_of(descriptor: Descriptor) -> Shape:
    """Returns the shape of a type. A type within itself, other than STRUCTS, is not entered a second time."""
    return _shape(descriptor, frozenset())


def items_max(descriptor: FieldDescriptor) -> int:
    """Returns the largest number of items of a list or a map by its rules; UNLIMITED without a rule."""
    options = descriptor.GetOptions()
    if not options.HasExtension(validate_pb2.field):
        return UNLIMITED
    rules = options.Extensions[validate_pb2.field]
    if rules.HasField("map") and rules.map.HasField("max_pairs"):
        return int(rules.map.max_pairs)
    if rules.HasField("repeated") and rules.repeated.HasField("max_items"):
        return int(rules.repeated.max_items)
    return UNLIMITED


def is_map(descriptor: FieldDescriptor) -> bool:
    """Returns whether a field is a map."""
    nested = descriptor.message_type
    return nested is not None and bool(nested.GetOptions().map_entry)


def _shape(descriptor: Descriptor, enclosing: frozenset[str]) -> Shape:
    fields = [each for each in descriptor.fields if each.is_repeated or each.message_type is not None]
    found = (_part(each, enclosing | {descriptor.full_name}) for each in fields)
    parts = tuple(part for part in found if part is not None)
    small = [part.items_max * ITEM_BYTES_MIN for part in parts if part.is_list]
    small += [part.shape.small_bytes for part in parts if part.shape is not None]
    return Shape(_class_of(fields), parts, min([*small, SMALL_BYTES_MAX]))


def _part(descriptor: FieldDescriptor, enclosing: frozenset[str]) -> Part | None:
    """Returns the part of a field; None for a nested message without lists."""
    nested = descriptor.message_type
    is_struct = nested is not None and nested.full_name in STRUCTS
    inner = None
    if nested is not None and not is_struct and nested.full_name not in enclosing:
        inner = _shape(nested, enclosing)
    if inner is not None and not inner.parts:
        inner = None
    if not descriptor.is_repeated and not is_struct and inner is None:
        return None
    return Part(
        name=descriptor.name,
        attribute=f"f{descriptor.number}",
        items_max=items_max(descriptor) if descriptor.is_repeated else UNLIMITED,
        weight=weight_of(descriptor),
        is_list=descriptor.is_repeated,
        is_map=is_map(descriptor),
        shape=inner,
        is_struct=is_struct,
    )


def weight_of(descriptor: FieldDescriptor) -> int:
    """Returns the number of values that an item of a list or a map counts as."""
    nested = descriptor.message_type
    if nested is None:
        rules: Any = descriptor.GetOptions().Extensions[validate_pb2.field]
        return 2 if rules.repeated.unique else 1  # a comparison with the other items costs as much as the other rules
    if is_map(descriptor):
        return 1 + weight_of(nested.fields_by_name["value"]) + (nested.fields_by_name["value"].message_type is not None)
    return max(1, len(nested.fields))


def _class_of(fields: list[FieldDescriptor]) -> Any:
    """Returns the class of a shape: the same field numbers, with a byte string for every nested message."""
    package = f"shape{next(_SERIAL)}"
    file = descriptor_pb2.FileDescriptorProto(name=package, package=package, syntax="proto3")
    message = file.message_type.add(name="Shape")
    for each in fields:
        added = message.field.add(name=f"f{each.number}", number=each.number, label=_TYPES.LABEL_REPEATED)
        added.type = _wire_type(each)
    _POOL.Add(file)
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{package}.Shape"))


def _wire_type(descriptor: FieldDescriptor) -> Any:
    """Returns the type of the field in the class of the shape."""
    if descriptor.type in _BYTE_STRINGS:
        return _TYPES.TYPE_BYTES
    return _TYPES.TYPE_INT64 if descriptor.type == FieldDescriptor.TYPE_ENUM else descriptor.type
