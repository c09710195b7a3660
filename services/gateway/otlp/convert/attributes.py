"""Reads the attributes of spans, events and log records by the rows of the table."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from gateway.otlp.convert.table import Row, ValueType
from gateway.otlp.settings import ItemLimits

COUNT_MAX = 1_000_000_000
SECONDS_MAX = 86_400
"""Limits of counts and durations. They equal those of ExecutionManifest."""
NAME_CHARACTERS_SHOWN_MAX = 100
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")

Value = str | int | float | bool | bytes
JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class InvalidAttribute(Exception):  # noqa: N818 - consistent with kit.errors.Invalid
    """An attribute has an invalid value or is missing."""

    def __init__(self, field: str, why: str) -> None:
        """`field` is the name of the attribute as the sender wrote it."""
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class Attributes:
    """The attributes of a span, an event or a log record. Of duplicate names, the first one is used."""

    def __init__(self, pairs: Sequence[KeyValue], limits: ItemLimits) -> None:
        """Raises InvalidAttribute for too many attributes or an attribute that is too large."""
        if len(pairs) > limits.attributes_max:
            raise InvalidAttribute("attributes", f"must have at most {limits.attributes_max} entries")
        self._limits = limits
        self._values: dict[str, AnyValue] = {}
        for pair in pairs:
            if pair.ByteSize() > limits.attribute_bytes_max:
                raise InvalidAttribute(_shortened(pair.key), f"must have at most {limits.attribute_bytes_max} bytes")
            self._values.setdefault(pair.key, pair.value)

    def read(self, rows: Iterable[Row], index: int = 0) -> tuple[str, Value] | None:
        """Returns name and value of the first row that is present; None if none is.

        `index` replaces `N` in the attribute's name; a prompt contains the values of all indices. Raises
        InvalidAttribute if the value has another type.
        """
        found: Value | None
        for row in rows:
            name = row.attribute
            if not row.is_indexed:
                value = self._values.get(name)
            elif row.value_type is ValueType.PROMPT:
                value = None
                if (found := self._prompt_digest(row)) is not None:
                    return name, found
            else:
                name = name.replace(".N.", f".{index}.")
                value = self._values.get(name)
            if value is not None and (found := self._parse(row.value_type, name, value)) is not None:
                return name, found
        return None

    def indices(self, rows: Iterable[Row]) -> list[int]:
        """Returns the indices at which at least one of the rows is present, sorted."""
        return sorted({index for row in rows for index, _ in self._indexed_values(row)})

    def _indexed_values(self, row: Row) -> Iterator[tuple[int, AnyValue]]:
        before_index, _, after_index = row.attribute.partition(".N.")
        prefix, suffix = f"{before_index}.", f".{after_index}"
        for name, value in self._values.items():
            if name.startswith(prefix) and name.endswith(suffix):
                index = name[len(prefix) : len(name) - len(suffix)]
                if _INDEX.fullmatch(index):
                    yield int(index), value

    def _prompt_digest(self, row: Row) -> bytes | None:
        found = sorted(self._indexed_values(row), key=lambda each: each[0])
        if not found:
            return None
        return _digest([self._json_value(row.attribute, value) for _, value in found])

    def _parse(self, value_type: ValueType, name: str, value: AnyValue) -> Value | None:
        """Returns the parsed value; None for an empty value."""
        if value.WhichOneof("value") is None or (value.HasField("string_value") and not value.string_value):
            return None
        if value_type is ValueType.PROMPT:
            return _digest(self._json_value(name, value))
        return _PARSERS[value_type](name, value)

    def _json_value(self, name: str, value: AnyValue) -> JsonValue:
        try:
            return json_value(value, self._limits.depth_max)
        except RecursionError:
            raise InvalidAttribute(name, f"must be at most {self._limits.depth_max} levels deep") from None


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


def _digest(value: JsonValue) -> bytes:
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


def _parse_milliseconds(name: str, value: AnyValue) -> float:
    number = _parse_number(name, value)
    if not 0 <= number <= SECONDS_MAX:
        raise InvalidAttribute(name, f"must be a number of seconds from 0 to {SECONDS_MAX}")
    return number * 1000


def _parse_boolean(name: str, value: AnyValue) -> bool:
    text = value.string_value.strip().lower()
    if value.HasField("bool_value"):
        return value.bool_value
    if text in _TRUE + _FALSE:
        return text in _TRUE
    raise InvalidAttribute(name, "must be true or false")


def _shortened(name: str) -> str:
    is_short = len(name) <= NAME_CHARACTERS_SHOWN_MAX
    return (name if is_short else f"{name[:NAME_CHARACTERS_SHOWN_MAX]}...") or "attributes"


_PARSERS: Mapping[ValueType, Callable[[str, AnyValue], Value | None]] = {
    ValueType.TEXT: _parse_text,
    ValueType.KEYWORD: _parse_keyword,
    ValueType.COUNT: _parse_count,
    ValueType.NUMBER: _parse_number,
    ValueType.SECONDS: _parse_milliseconds,
    ValueType.BOOLEAN: _parse_boolean,
}
