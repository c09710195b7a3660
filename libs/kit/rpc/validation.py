"""Validation of messages by the rules in the protocol buffers."""

from __future__ import annotations

import protovalidate
from google.protobuf.message import Message

from kit.errors import FieldViolation, Invalid
from kit.rpc.user_keys import set_user_keys

_validator = protovalidate.Validator()


def problems(message: Message) -> list[FieldViolation]:
    """Returns all fields that violate a rule, with their paths."""
    return [
        FieldViolation(_path(violation.proto) or "request", violation.proto.message)
        for violation in _validator.collect_violations(message)
    ]


def validate(message: Message) -> None:
    """Replaces the user ids of a message by their keys; raises Invalid with all fields that violate a rule."""
    set_user_keys(message)
    if found := problems(message):
        raise Invalid(found)


def _path(violation: protovalidate.ViolationPb) -> str:
    parts: list[str] = []
    for element in violation.field.elements if violation.field is not None else ():
        text = element.field_name
        subscript = element.subscript
        if subscript is not None:
            value = subscript.value
            text += f"[{value}]" if subscript.field == "index" else f"[{str(value)[:50]!r}]"
        parts.append(text)
    return ".".join(parts)
