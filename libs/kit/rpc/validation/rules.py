"""Evaluation of the rules by protovalidate, which stops after VIOLATIONS_MAX violations.

protovalidate either stops at the first violation or collects all of them, at 10 us and 3 KiB each. Therefore a message
is first checked up to its first violation. An invalid message is then divided into its items until each part is small
enough to collect all of its violations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import protovalidate
from google.protobuf.message import Message

from kit.errors import FieldViolation, Invalid
from kit.rpc.user_keys import set_user_keys
from kit.rpc.validation.blank_texts import clear_blank_texts
from kit.rpc.validation.counts import COUNTED_BYTES_MIN, VIOLATIONS_MAX, Oversized, count_of
from kit.rpc.validation.enums import enum_at, enum_rule
from kit.rpc.validation.shapes import UNLIMITED, is_map

ITEMS_TOGETHER_MAX = 100
"""Items of a message whose violations are collected at once."""

_validator = protovalidate.Validator()


def problems(message: Message | Oversized, *, is_counted: bool = False) -> list[FieldViolation]:
    """Returns the fields that violate a rule, with their paths; at most VIOLATIONS_MAX.

    If a list or a map has too many items, only the lists and maps with too many items are returned. `is_counted` states
    that the message comes from a `reader`, which has counted the items of all but small messages.
    """
    if isinstance(message, Oversized):
        return message.violations
    first = _validator.collect_violations(message, fail_fast=True)
    if not first:
        return []
    items = UNLIMITED
    if not is_counted or not _has_bytes(message, COUNTED_BYTES_MIN):
        count = count_of(message)
        if count.violations:
            return count.violations
        items = count.items
    found: dict[FieldViolation, None] = {}
    for each in _collected(message, items, "", first[0]):
        found[each] = None
        if len(found) == VIOLATIONS_MAX:
            break
    return list(found)


def validate(message: Message | Oversized, *, is_counted: bool = False) -> None:
    """Replaces user ids of a message by their keys and blank texts by empty ones; raises Invalid for violated rules.

    `is_counted` is as in `problems`.
    """
    if not isinstance(message, Oversized):
        set_user_keys(message)
        clear_blank_texts(message)
    if found := problems(message, is_counted=is_counted):
        raise Invalid(found, is_complete=len(found) < VIOLATIONS_MAX)


def _collected(message: Message, items: int, path: str, first: protovalidate.Violation) -> Iterator[FieldViolation]:
    """Yields the violations of an invalid message with this number of items, beginning at its first one."""
    if items <= ITEMS_TOGETHER_MAX:
        yield from (_violation(each, path, message) for each in _validator.collect_violations(message))
        return
    yield _violation(first, path, message)
    begin_name, begin_index = _field_and_index(first)
    yield from _own(message, path, begin_name, begin_index + ITEMS_TOGETHER_MAX)
    for name, index, item in _items(message):
        if name == begin_name and index < begin_index:
            continue  # protovalidate found no violation in it
        if violations := _validator.collect_violations(item, fail_fast=True):
            item_path = f"{path}{name}." if index < 0 else f"{path}{name}[{index}]."
            yield from _collected(item, count_of(item).items, item_path, violations[0])


def _has_bytes(message: Message, bytes_min: int) -> bool:
    """Returns whether a message has a number of bytes, without the size of all its items if the first ones suffice."""
    size = 0
    for _, _, item in _items(message):
        size += item.ByteSize()
        if size >= bytes_min:
            return True
    return message.ByteSize() >= bytes_min


def _own(message: Message, path: str, begin_name: str, items_max: int) -> Iterator[FieldViolation]:
    """Yields the violations of fields that are no messages. Of a list, only the first items are checked."""
    part = type(message)()
    omitted = {""}
    for descriptor, value in message.ListFields():
        name = descriptor.name
        if descriptor.containing_oneof is not None:
            omitted.add(descriptor.containing_oneof.name)
        if is_map(descriptor) or (descriptor.message_type is not None):
            omitted.add(name)
        elif descriptor.is_repeated:
            kept = items_max if name == begin_name else ITEMS_TOGETHER_MAX
            getattr(part, name).extend(value[:kept])
        else:
            setattr(part, name, value)
    for each in _validator.collect_violations(part):
        field = _elements(each)
        name = field[0].field_name if field else ""
        is_whole_list = len(field) == 1 and field[0].subscript is None and name in _lists(message)
        if name not in omitted and not is_whole_list:
            yield _violation(each, path, message)


def _items(message: Message) -> Iterator[tuple[str, int, Message]]:
    """Yields the nested messages with the names of their fields and their indexes, -1 without an index."""
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if is_map(descriptor):
            if descriptor.message_type.fields_by_name["value"].message_type is not None:
                yield from ((f"{descriptor.name}[{_key(key)}]", -1, item) for key, item in value.items())
        elif descriptor.is_repeated:
            yield from ((descriptor.name, index, item) for index, item in enumerate(value))
        else:
            yield descriptor.name, -1, value


def _lists(message: Message) -> set[str]:
    return {descriptor.name for descriptor, _ in message.ListFields() if descriptor.is_repeated}


def _elements(violation: protovalidate.Violation) -> Sequence[protovalidate.FieldPathElementPb]:
    path = violation.proto.field
    return path.elements if path is not None else ()


def _field_and_index(violation: protovalidate.Violation) -> tuple[str, int]:
    """Returns the field of the message that has the violation, and the index in it, 0 without one."""
    elements = _elements(violation)
    if not elements:
        return "", 0
    subscript = elements[0].subscript
    index = subscript.value if subscript is not None and subscript.field == "index" else 0
    return elements[0].field_name, int(index)


def _violation(violation: protovalidate.Violation, path: str, message: Message) -> FieldViolation:
    """Returns a violation of a message with this path. That of an enum lists the names of the valid values."""
    parts: list[str] = []
    for element in _elements(violation):
        text = element.field_name
        subscript = element.subscript
        if subscript is not None:
            text += f"[{subscript.value}]" if subscript.field == "index" else f"[{_key(subscript.value)}]"
        parts.append(text)
    why = violation.proto.message
    if violation.proto.rule_id.startswith("enum."):
        field = enum_at(message.DESCRIPTOR, (each.field_name for each in _elements(violation)))
        why = enum_rule(field) if field is not None else why
    return FieldViolation(path + ".".join(parts) or "request", why)


def _key(value: Any) -> str:
    """Returns the start of a key of a map, as it is shown in a path."""
    return repr(str(value)[:50])
