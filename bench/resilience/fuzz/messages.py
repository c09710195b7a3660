"""Random messages of any type: mostly valid, often almost valid, sometimes malformed."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

DEPTH_MAX = 4
ITEMS_MAX = 3
MANY = 1001
"""More items than any list permits."""
BYTES_MAX = 8 * 1024 * 1024
"""Size limit of a list with MANY items. Nested lists would otherwise exceed 2 GiB, the limit of a message."""

IDENTIFIERS = (
    "o-1",
    "o-2",
    "ann",
    "bob",
    "a",
    "",
    "x" * 100,
    "x" * 101,
    "é" * 50,
    "\x00",
    "../..",
    "'; DROP TABLE x; --",
    "{}",
)
PLAUSIBLE: dict[str, tuple[Any, ...]] = {
    "tenant_id": ("", "acme", "acme", "globex", "no such tenant"),
    "task_type": ("chat", "code", "any", ""),
    "domain_mode": ("", "general", "medical"),
    "models_used": ("small", "large"),
    "model": ("small", "large", ""),
    "page_token": ("", "", "e30=", "bm8="),
    "trust": (0.1, 0.5, 1.0, 2.0),
    "traffic_percentage": (0.1, 0.5, 1.0, -1.0),
}
"""Values by field name. With them many requests pass validation."""

_UUIDS = ("request_id", "batch_id", "signal_id", "voice_id", "experiment_id", "voice_ids", "run_id")
_INT_EDGES = {
    32: (0, 1, -1, 50, 1000, 2**31 - 1, -(2**31)),
    64: (0, 1, -1, 50, 10**12, 2**63 - 1, -(2**63)),
}
_DOUBLES = (0.0, 1.0, -1.0, 0.5, math.nan, math.inf, -math.inf, 1e308, 5e-324)
_BYTES = (
    b"",
    b"\x00" * 32,
    b"RIFF....WAVE",
    b"fLaC\x00",
    b"\x1aE\xdf\xa3",
    b"ID3\x04",
    b"OggS\x00" * 5,
    b"\xff\xfb\x90\x00" * 40,
)


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    kind = field.cpp_type
    if field.name in PLAUSIBLE and kind != FieldDescriptor.CPPTYPE_MESSAGE:
        return st.sampled_from(PLAUSIBLE[field.name])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.sampled_from(_BYTES) | st.binary(max_size=64)
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return _text(field.name)
    if kind in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64):
        bits = 32 if kind == FieldDescriptor.CPPTYPE_INT32 else 64
        return st.sampled_from(_INT_EDGES[bits]) | st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if kind in (FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64):
        return st.integers(0, 2**32 - 1)
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return st.sampled_from(_DOUBLES) | st.floats(0, 1)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if field.enum_type is not None:
        numbers = [value.number for value in field.enum_type.values]
        return st.sampled_from([*numbers, *numbers, 99, -1])
    raise TypeError(f"{field.full_name} has an unsupported type")


def _text(name: str) -> st.SearchStrategy[str]:
    named = st.sampled_from(IDENTIFIERS)
    if name.endswith(_UUIDS):
        known = st.integers(0, 50).map(lambda number: str(uuid.UUID(int=number + 1)))
        return known | st.uuids().map(str) | named
    letters = st.characters(codec="utf-8")
    return named | st.text(letters, max_size=40) | st.sampled_from(("word " * 900, "\U0001f600" * 300))


def _struct() -> st.SearchStrategy[Struct]:
    leaves = st.none() | st.booleans() | st.floats() | st.text(max_size=10)
    inner = st.recursive(
        leaves, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
    )

    def deep(levels: int) -> Struct:
        made: dict[str, Any] = {}
        for _ in range(levels):
            made = {"x": made}
        found = Struct()
        found.update(made)
        return found

    def wide(values: dict[str, Any]) -> Struct:
        found = Struct()
        found.update(values)
        return found

    return st.dictionaries(st.text(max_size=8), inner, max_size=4).map(wide) | st.sampled_from((1, 10, 24)).map(deep)


def _plausible(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    """Returns a strategy of values that most services accept."""
    kind = field.cpp_type
    if field.name in PLAUSIBLE:
        return st.just(PLAUSIBLE[field.name][0])
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values if value.number] or [0])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.just(b"\x00" * 32)
    if kind == FieldDescriptor.CPPTYPE_STRING:
        names = {"input_language": "en", "reason": "why", "page_token": ""}
        if field.name.endswith(_UUIDS):
            return st.uuids().map(str)
        return st.sampled_from(
            (names.get(field.name, field.name[:1] + "-1"), names.get(field.name, field.name[:1] + "-2"))
        )
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return st.sampled_from((0.1, 0.5, 1.0))
    return st.booleans() if kind == FieldDescriptor.CPPTYPE_BOOL else st.sampled_from((0, 1, 10))


def _value(field: FieldDescriptor, depth: int, plausible: bool) -> st.SearchStrategy[Any]:
    inner = field.message_type
    if inner is None:
        return _plausible(field) if plausible else _scalar(field)
    if plausible and inner.full_name == Timestamp.DESCRIPTOR.full_name:
        return st.integers(0, 3600).map(lambda back: Timestamp(seconds=int(time.time()) - back))
    if inner.full_name == Struct.DESCRIPTOR.full_name:
        return _struct()
    return messages(inner, depth + 1, plausible)


def _put(message: Any, field: FieldDescriptor, draw: Draw, depth: int, plausible: bool) -> None:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        for _ in range(draw(st.integers(0, ITEMS_MAX))):
            chosen = draw(_value(key, depth, plausible))
            if value.message_type is not None:
                getattr(message, field.name)[chosen].CopyFrom(draw(_value(value, depth, plausible)))
            else:
                getattr(message, field.name)[chosen] = draw(_value(value, depth, plausible))
    elif field.is_repeated:
        items = draw(st.lists(_value(field, depth, plausible), max_size=ITEMS_MAX))
        if items and not plausible and draw(st.integers(0, 60)) == 0 and _size(items[0]) * MANY <= BYTES_MAX:
            items = [items[0]] * MANY
        getattr(message, field.name).extend(items)
    elif entry is not None:
        getattr(message, field.name).CopyFrom(draw(_value(field, depth, plausible)))
    else:
        setattr(message, field.name, draw(_value(field, depth, plausible)))


def _size(value: Any) -> int:
    """Returns the size of an element in bytes."""
    return value.ByteSize() if isinstance(value, Message) else len(str(value))


def messages(kind: Descriptor, depth: int = 0, plausible: bool = False) -> st.SearchStrategy[Message]:
    """Returns a strategy of messages of the type. Each field is set with probability 3/4; the depth is limited.

    Tame ones hold values that most services take, so that they get past validation.
    """

    @st.composite
    def made(draw: Draw) -> Message:
        message = message_factory.GetMessageClass(kind)()
        for field in kind.fields:
            if (depth >= DEPTH_MAX and field.message_type is not None) or draw(st.integers(0, 3)) == 0:
                continue
            _put(message, field, draw, depth, plausible)
        return message

    return made()


def request_bytes(kind: Descriptor) -> st.SearchStrategy[bytes]:
    """Returns a strategy of encoded requests of the type. One in eight is damaged or random bytes."""

    @st.composite
    def made(draw: Draw) -> bytes:
        chosen = draw(st.integers(0, 15))
        if chosen == 0:
            return bytes(draw(st.binary(max_size=200)))
        whole: bytes = draw(messages(kind, plausible=draw(st.booleans()))).SerializeToString()
        if chosen == 1 and whole:
            place = draw(st.integers(0, len(whole) - 1))
            return whole[:place] + bytes([whole[place] ^ draw(st.integers(1, 255))]) + whole[place + 1 :]
        return whole

    return made()
