"""The largest valid message of a type: every field is set, and every list and map is as long as the rules allow."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from buf.validate import validate_pb2
from kit.rpc.validation import VALUES_MAX
from kit.rpc.validation.shapes import STRUCTS, UNLIMITED, is_map, items_max, weight_of

UUID = "0190a8b0-0000-7000-8000-{:012d}"
_TEXTS = ("a", "en", "0", "")
_NUMBERS = (1.0, 0.5, 10.0, 0.0)
_UNLIMITED_ITEMS = 1000
_DURATION_S = 3600


@dataclass(slots=True)
class _Room:
    """Bytes and values that may still be added to the message."""

    bytes: int
    values: int = VALUES_MAX

    def takes(self, count: int, weight: int) -> int:
        """Returns how many of the items may be added, and subtracts their values."""
        taken = max(0, min(count, self.values // weight))
        self.values -= taken * weight
        return taken


def largest(descriptor: Descriptor, bytes_max: int) -> Message:
    """Returns the largest valid message within a number of bytes and VALUES_MAX values."""
    message = GetMessageClass(descriptor)()
    _fill(message, _Room(bytes_max))
    return message


def _fill(message: Any, room: _Room) -> None:
    for field in sorted(message.DESCRIPTOR.fields, key=lambda each: each.is_repeated):
        oneof = field.containing_oneof
        if oneof is None or message.WhichOneof(oneof.name) is None:
            _set(message, field, room)


def _set(message: Any, field: FieldDescriptor, room: _Room) -> None:
    rules: Any = field.GetOptions().Extensions[validate_pb2.field]
    target = getattr(message, field.name)
    nested: Any = field.message_type
    if is_map(field):
        key, value = nested.fields_by_name["key"], nested.fields_by_name["value"]
        for number in range(_count(field, room)):
            name = _scalar(key, rules.map.keys, number)
            if value.message_type is None:
                target[name] = _scalar(value, rules.map.values, number)
            else:
                _fill(target[name], room)
    elif field.is_repeated and nested is None:
        target.extend(_scalar(field, rules.repeated.items, number) for number in range(_count(field, room)))
    elif field.is_repeated:
        for _ in range(_limit(field)):
            if not room.takes(1, weight_of(field)):
                break
            _fill(item := target.add(), room)
            room.bytes -= item.ByteSize() + 4
            if room.bytes < 0:
                del target[-1]
                break
    elif nested is None:
        setattr(message, field.name, _scalar(field, rules, 0))
    elif nested.full_name in STRUCTS:
        target.update({"a": [1] * 3} if nested.name == "Struct" else {})
    elif nested.full_name.startswith("google.protobuf."):
        target.seconds = _DURATION_S
    else:
        target.SetInParent()
        _fill(target, room)


def _count(field: FieldDescriptor, room: _Room) -> int:
    return room.takes(_limit(field), weight_of(field))


def _limit(field: FieldDescriptor) -> int:
    limit = items_max(field)
    return _UNLIMITED_ITEMS if limit == UNLIMITED else limit


def _scalar(field: FieldDescriptor, rules: Any, number: int) -> Any:
    if field.enum_type is not None:
        numbers = [value.number for value in field.enum_type.values if value.number] or [0]
        return numbers[number % len(numbers)]
    if field.type == FieldDescriptor.TYPE_BYTES:
        return b"\x00" * (rules.bytes.len or 32)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return _text(rules.string, number)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    kind = rules.WhichOneof("type")
    value = next((each for each in _NUMBERS if kind is None or _is_in_range(getattr(rules, kind), each)), 0.0)
    return value if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT) else int(value)


def _text(rules: Any, number: int) -> str:
    if rules.uuid:
        return UUID.format(number)
    suffix = str(number) if number else ""
    texts = [text + suffix for text in _TEXTS]
    return next((text for text in texts if _is_allowed(rules, text)), texts[0])


def _is_allowed(rules: Any, text: str) -> bool:
    is_in_length = rules.min_len <= len(text) and (not rules.HasField("max_len") or len(text) <= rules.max_len)
    return is_in_length and (not rules.pattern or re.search(rules.pattern, text) is not None)


def _is_in_range(rules: Any, value: float) -> bool:
    checks = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
    return all(bool(check(value, getattr(rules, name))) for name, check in checks.items() if rules.HasField(name))
