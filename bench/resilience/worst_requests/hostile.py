"""Hostile messages of a type within the size limit: many items, long texts, JSON values, unknown fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from bench.resilience.worst_requests.legal import largest
from kit.rpc.validation.shapes import STRUCTS, is_map, items_max

UNKNOWN_FIELD = 2047
_DEPTH_MAX = 3


Build = Callable[[], bytes]


def hostile(descriptor: Descriptor, bytes_max: int) -> Iterator[tuple[str, Build]]:
    """Yields constructions by name; each message is as large as the limit or as its lists permit."""
    legal = largest(descriptor, bytes_max)
    encoded = bytes(legal.SerializeToString())
    yield "the largest valid message", lambda: encoded
    if last := _last_invalid(legal):
        yield "the largest valid message with an invalid last item", lambda: bytes(legal.SerializeToString()) + last
    for name, unit in (
        ("unknown numbers", _key(UNKNOWN_FIELD, 0) + b"\x00"),
        ("unknown byte strings", _key(UNKNOWN_FIELD, 2) + b"\x00"),
        ("unknown groups", _key(UNKNOWN_FIELD, 3) + _key(UNKNOWN_FIELD, 4)),
    ):
        yield name, partial(_padded, encoded, unit, bytes_max)
    yield from _of_type(descriptor, "", bytes_max, 0)


def _of_type(descriptor: Descriptor, path: str, bytes_max: int, depth: int) -> Iterator[tuple[str, Build]]:
    """Yields messages of a type that consist of one field, repeated up to the limit."""
    for field in descriptor.fields:
        name = path + field.name
        if field.message_type is not None and field.message_type.full_name in STRUCTS:
            yield f"JSON lists of 4 MiB in {name}", partial(_json_list, field, bytes_max - 64)
            yield f"JSON lists of 30 KB in {name}", partial(_json_list, field, 30_000)
            yield f"nested JSON values in {name}", partial(_nested_json, field)
            yield f"JSON entries in {name}", partial(_json_entries, field)
        elif field.is_repeated:
            yield f"empty items of {name}", partial(_filled, _unit(field, b""), bytes_max)
            yield f"items of {name} with an unknown field", partial(_filled, _unit(field, b"\xf8\x7f\x00"), bytes_max)
        elif field.message_type is not None:
            yield f"empty {name} set again and again", partial(_filled, _unit(field, b""), bytes_max)
        elif field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
            yield f"a long {name}", partial(_long, field, bytes_max)
            yield f"{name} set again and again", partial(_filled, _unit(field, b"x"), bytes_max)
        nested = field.message_type
        if nested is not None and depth < _DEPTH_MAX and nested.full_name not in STRUCTS:
            yield from _nested(field, nested, name, bytes_max, depth)


def _nested(
    field: FieldDescriptor, nested: Descriptor, name: str, bytes_max: int, depth: int
) -> Iterator[tuple[str, Build]]:
    """Yields messages with one item of the field, and with as many items as its rules permit."""
    limit = items_max(field) if field.is_repeated else 1
    for count in sorted({1, min(limit, 1000)}):
        for inner_name, inner in _of_type(nested, f"{name}.", bytes_max // count - 16, depth + 1):
            yield f"{count} x {inner_name}", partial(_repeated, field, inner, count)


def _repeated(field: FieldDescriptor, inner: Build, count: int) -> bytes:
    return _field(field.number, inner()) * count


def _padded(encoded: bytes, unit: bytes, bytes_max: int) -> bytes:
    return encoded + unit * ((bytes_max - len(encoded)) // len(unit))


def _long(field: FieldDescriptor, bytes_max: int) -> bytes:
    return _field(field.number, b"x" * (bytes_max - 16))


def _json_list(field: FieldDescriptor, size: int) -> bytes:
    values = _filled(b"\x0a\x00", size - 32)
    return _field(field.number, _field(1, _field(1, b"a") + _field(2, _field(6, values))))


def _nested_json(field: FieldDescriptor) -> bytes:
    nested = b""
    for _ in range(24):
        nested = _field(1, _field(1, b"a") + _field(2, _field(5, nested)))
    return _field(field.number, nested)


def _json_entries(field: FieldDescriptor) -> bytes:
    entries = (_field(1, _field(1, b"%d" % number) + b"\x12\x02\x08\x00") for number in range(2000))
    return _field(field.number, b"".join(entries))


def _last_invalid(legal: Message) -> bytes:
    """Returns an item to append to the message, so that its last list has an invalid item."""
    for field, value in reversed(legal.ListFields()):
        if field.is_repeated and field.message_type is not None and not is_map(field):
            item = value[len(value) - 1]
            bad = type(item)()
            bad.CopyFrom(item)
            for inner, _ in bad.ListFields():
                if inner.type == FieldDescriptor.TYPE_STRING and not inner.is_repeated:
                    setattr(bad, inner.name, "\x00")
            del value[len(value) - 1]
            return _field(field.number, bytes(bad.SerializeToString()))
    return b""


def _filled(unit: bytes, bytes_max: int) -> bytes:
    return unit * max(0, bytes_max // len(unit))


def _unit(field: FieldDescriptor, body: bytes) -> bytes:
    if field.message_type is not None or field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        return _field(field.number, body)
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return _key(field.number, 1) + b"\x00" * 8
    return _key(field.number, 0) + b"\x01"


def _field(number: int, body: bytes) -> bytes:
    return _key(number, 2) + varint(len(body)) + body


def _key(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def varint(value: int) -> bytes:
    """Returns a number in the variable-length encoding of protobuf."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
