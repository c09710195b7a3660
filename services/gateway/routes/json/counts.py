"""Checks a JSON body before it is converted to a message: the number of values, and the values of enums.

The conversion costs up to 10 us per value, and it reads `true` and 1.5 as the enum value with the number 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from gateway.http.json_size import has_more_values
from gateway.http.problems import Problem
from kit.rpc.validation import enum_rule
from kit.rpc.validation.shapes import STRUCTS, is_map, items_max

VALUES_MAX = 12_000
"""Values of a body, at all levels. An experiment with 8 variants may have 1,500 values per configuration."""


def check_counts(message: Message, content: Mapping[str, Any], prefix: str) -> None:
    """Raises Problem that names the list or object with too many items for the message, or an invalid enum value.

    Fields that the message does not have, and values of another type, are left to the conversion.
    """
    if has_more_values(content, VALUES_MAX):
        raise Problem.field(prefix.removesuffix(".") or "body", f"must have at most {VALUES_MAX} values in total")
    _check_message(message.DESCRIPTOR, content, prefix)


def _check_message(descriptor: Any, content: Mapping[str, Any], path: str) -> None:
    for name, value in content.items():
        field = descriptor.fields_by_camelcase_name.get(name) or descriptor.fields_by_name.get(name)
        if field is not None:
            _check_field(field, value, path + name)


def _check_field(field: FieldDescriptor, value: Any, path: str) -> None:
    nested = field.message_type
    is_object = nested is not None and nested.full_name not in STRUCTS
    if field.is_repeated and isinstance(value, list | dict) and len(value) > items_max(field):
        raise Problem.field(path, f"must have at most {items_max(field)} items")
    if field.enum_type is not None:
        _check_enum(field, value, path)
    if nested is None or not is_object or is_map(field):
        return
    if isinstance(value, dict):
        _check_message(nested, value, path + ".")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                _check_message(nested, item, f"{path}[{index}].")


def _check_enum(field: FieldDescriptor, value: Any, path: str) -> None:
    """Raises Problem with the valid names unless the value is a name or a whole number. Null is the default value."""
    if field.is_repeated and isinstance(value, list):
        for index, item in enumerate(value):
            _check_enum_value(field, item, f"{path}[{index}]")
    elif value is not None:
        _check_enum_value(field, value, path)


def _check_enum_value(field: Any, value: Any, path: str) -> None:
    is_number = type(value) is int or (isinstance(value, float) and value.is_integer())
    if not is_number and not (isinstance(value, str) and value in field.enum_type.values_by_name):
        raise Problem.field(path, enum_rule(field))
