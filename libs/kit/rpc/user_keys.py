"""Replaces the user ids of messages by their keys, before the methods of a service receive them."""

from __future__ import annotations

from collections.abc import MutableMapping
from enum import Enum
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from kit.errors import Invalid
from splits.user_keys import user_key

USER_FIELDS = frozenset({"user_id", "user_ids"})
"""Names of the fields that contain user ids."""
USER_MAPS = frozenset({"forced_variants"})
"""Names of the maps whose keys are user ids."""


class _Content(Enum):
    """Content of a field."""

    USER = 1
    USERS = 2
    MAP = 3
    """Map by user."""
    MESSAGE = 4
    """Message with users."""
    MESSAGES = 5


def set_user_keys(message: Message, path: str = "") -> None:
    """Replaces every user id of a message, at any depth, by its key. `path` is that of the message and a dot.

    Raises Invalid if two keys of a map are spellings of the same user.
    """
    for name, content in _user_fields(message.DESCRIPTOR):
        if content is _Content.MESSAGE:
            if message.HasField(name):
                set_user_keys(getattr(message, name), f"{path}{name}.")
            continue
        value: Any = getattr(message, name)
        if content is _Content.USER:
            if (key := user_key(value)) != value:
                setattr(message, name, key)
        elif content is _Content.MESSAGES:
            for each in value:
                set_user_keys(each, path)
        elif content is _Content.MAP:
            _set_map(value, path + name)
        elif (keys := [user_key(each) for each in value]) != value:
            value[:] = keys


def _set_map(users: MutableMapping[str, Any], path: str) -> None:
    keys = {user_key(user): value for user, value in users.items()}
    if len(keys) < len(users):
        raise Invalid.field(
            path, "must name each user once, also by ids that differ in blanks and invisible characters"
        )
    if keys.keys() != users.keys():
        users.clear()
        users.update(keys)


@cache
def _user_fields(kind: Descriptor) -> tuple[tuple[str, _Content], ...]:
    """Returns the fields of a message type that contain user ids, or messages that do."""
    return tuple((field.name, _content(field)) for field in kind.fields if contains_users(field))


def _content(field: FieldDescriptor) -> _Content:
    if field.name in USER_MAPS:
        return _Content.MAP
    if field.message_type is None:
        return _Content.USERS if field.is_repeated else _Content.USER
    return _Content.MESSAGES if field.is_repeated else _Content.MESSAGE


def contains_users(field: FieldDescriptor, parents: frozenset[str] = frozenset()) -> bool:
    """Returns whether a field contains user ids, directly or in messages; `parents` are the types around the field."""
    if field.name in USER_FIELDS or field.name in USER_MAPS:
        return True
    kind = field.message_type
    if kind is None or kind.full_name in parents:
        return False
    return any(contains_users(each, parents | {kind.full_name}) for each in kind.fields)
