"""Parses the values of attributes by their type."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from gateway.otlp.convert.table import ValueType
from splits.user_keys import user_key

COUNT_MAX = 1_000_000_000
SECONDS_MAX = 86_400
"""Limits of counts and durations. They equal those of ExecutionManifest."""
USER_CHARACTERS_MAX = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TRUE, _FALSE = ("true", "1"), ("false", "0")

Value = str | int | float | bool | bytes
JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class InvalidAttribute(Exception):  # noqa: N818 - consistent with kit.errors.Invalid
    """An attribute has an invalid value or is missing."""

    def __init__(self, field: str, why: str) -> None:
        """`field` is the name of the attribute as the sender wrote it."""
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


def json_members(text: str) -> dict[str, AnyValue]:
    """Returns the strings, numbers and booleans of a JSON object; empty for another text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    members: dict[str, AnyValue] = {}
    for name, value in document.items() if isinstance(document, dict) else ():
        match value:
            case bool():
                members[name] = AnyValue(bool_value=value)
            case int() | float():
                members[name] = AnyValue(double_value=value)
            case str():
                members[name] = AnyValue(string_value=value.encode(errors="replace").decode())
    return members


def json_value(value: AnyValue, depth_max: int) -> JsonValue:
    """Returns the value as JSON, with bytes in hex. Raises RecursionError if lists and maps exceed the depth."""
    if depth_max < 0:
        raise RecursionError
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "bytes_value":
            return value.bytes_value.hex()
        case "array_value":
            return [json_value(each, depth_max - 1) for each in value.array_value.values]
        case "kvlist_value":
            return {each.key: json_value(each.value, depth_max - 1) for each in value.kvlist_value.values}
    return None


def digest(value: JsonValue) -> bytes:
    """Returns the SHA-256 of a string, or of the canonical JSON of another value."""
    text = value
    if not isinstance(text, str):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _parse_text(name: str, value: AnyValue) -> str:
    if value.HasField("string_value"):
        return value.string_value
    if value.HasField("int_value"):
        return str(value.int_value)
    raise InvalidAttribute(name, "must be a string")


def _parse_user(name: str, value: AnyValue) -> str:
    user = user_key(_parse_text(name, value))
    if not 0 < len(user) <= USER_CHARACTERS_MAX or _CONTROL.search(user):
        raise InvalidAttribute(name, f"must have 1 to {USER_CHARACTERS_MAX} visible characters")
    return user


def _parse_keyword(name: str, value: AnyValue) -> str | None:
    return _parse_text(name, value).strip().lower() or None


def _parse_number(name: str, value: AnyValue) -> float:
    try:
        if value.HasField("string_value"):
            number = float(value.string_value)
        else:
            kind = str(value.WhichOneof("value"))
            number = float(getattr(value, kind)) if kind in ("int_value", "double_value", "bool_value") else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidAttribute(name, "must be a finite number")
    return number


def _parse_count(name: str, value: AnyValue) -> int:
    number = _parse_number(name, value)
    if value.HasField("bool_value") or number != int(number) or not 0 <= number <= COUNT_MAX:
        raise InvalidAttribute(name, f"must be an integer from 0 to {COUNT_MAX}")
    return int(number)


def _parse_seconds(name: str, value: AnyValue) -> float:
    """Returns milliseconds."""
    number = _parse_number(name, value)
    if not 0 <= number <= SECONDS_MAX:
        raise InvalidAttribute(name, f"must be a number of seconds from 0 to {SECONDS_MAX}")
    return number * 1000


def _parse_milliseconds(name: str, value: AnyValue) -> float:
    number = _parse_number(name, value)
    if not 0 <= number <= SECONDS_MAX * 1000:
        raise InvalidAttribute(name, f"must be a number of milliseconds from 0 to {SECONDS_MAX * 1000}")
    return number


def _parse_instant(name: str, value: AnyValue) -> int:
    """Returns nanoseconds since 1970."""
    try:
        moment = datetime.fromisoformat(value.string_value.strip().strip('"'))
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000) * 1000
    except (ValueError, OverflowError):
        raise InvalidAttribute(name, "must be a time in ISO 8601") from None


def _parse_boolean(name: str, value: AnyValue) -> bool:
    text = value.string_value.strip().lower()
    if value.HasField("bool_value"):
        return value.bool_value
    if text in _TRUE + _FALSE:
        return text in _TRUE
    raise InvalidAttribute(name, "must be true or false")


PARSERS: Mapping[ValueType, Callable[[str, AnyValue], Value | None]] = {
    ValueType.TEXT: _parse_text,
    ValueType.USER: _parse_user,
    ValueType.KEYWORD: _parse_keyword,
    ValueType.COUNT: _parse_count,
    ValueType.NUMBER: _parse_number,
    ValueType.SECONDS: _parse_seconds,
    ValueType.MILLISECONDS: _parse_milliseconds,
    ValueType.INSTANT: _parse_instant,
    ValueType.BOOLEAN: _parse_boolean,
}
