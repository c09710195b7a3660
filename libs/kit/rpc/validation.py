"""Validation of messages by the rules in the protocol buffers."""

from __future__ import annotations

import protovalidate
from google.protobuf.message import Message

from kit.errors import FieldViolation, Invalid

_validator = protovalidate.Validator()


def problems(message: Message) -> list[FieldViolation]:
    """Returns all fields that violate a rule, with their paths."""
    return [
        FieldViolation(_path(violation.proto) or "request", violation.proto.message)
        for violation in _validator.collect_violations(message)
    ]


def validate(message: Message) -> None:
    """Raises Invalid with all fields that violate a rule."""
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
