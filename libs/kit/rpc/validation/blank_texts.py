"""Replaces texts without a visible character by empty ones, before the methods of a service receive them."""

from __future__ import annotations

import re
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from buf.validate import validate_pb2
from splits.user_keys import is_blank

TEXT_FIELDS = frozenset(
    {
        "brain_reasoning",
        "comment",
        "error_message",
        "hypothesis",
        "input_prompt_sample",
        "reason",
        "text",
    }
)
"""Names of the fields that contain free text. Identifiers, names and labels have rules of their own."""


def clear_blank_texts(message: Message) -> None:
    """Empties every free text of a message, at any depth, that has no visible character. Other texts are unchanged.

    An optional text is then absent. A required one violates its smallest length. A text that violates its pattern, for
    example by a control character, is unchanged, so that the validation refuses it.
    """
    texts, parts = _content(message.DESCRIPTOR)
    for name, pattern in texts:
        if (text := getattr(message, name)) and is_blank(text) and pattern.search(text):
            setattr(message, name, "")
    for name, is_repeated in parts:
        if is_repeated:
            for each in getattr(message, name):
                clear_blank_texts(each)
        elif message.HasField(name):
            clear_blank_texts(getattr(message, name))


@cache
def _content(kind: Descriptor) -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[str, bool], ...]]:
    """Returns the free texts of a message type with their patterns, and its messages with free text.

    For each message, the result states whether the field is repeated.
    """
    fields = [field for field in kind.fields if _has_text(field)]
    texts = ((field.name, _pattern(field)) for field in fields if field.message_type is None)
    parts = ((field.name, field.is_repeated) for field in fields if field.message_type is not None)
    return tuple(texts), tuple(parts)


def _pattern(field: FieldDescriptor) -> re.Pattern[str]:
    return re.compile(field.GetOptions().Extensions[validate_pb2.field].string.pattern)


def _has_text(field: FieldDescriptor, parents: frozenset[str] = frozenset()) -> bool:
    kind = field.message_type
    if kind is None:
        return field.type == field.TYPE_STRING and field.name in TEXT_FIELDS and not field.is_repeated
    if kind.full_name in parents or kind.GetOptions().map_entry:
        return False
    return any(_has_text(each, parents | {kind.full_name}) for each in kind.fields)
