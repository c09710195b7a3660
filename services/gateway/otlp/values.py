"""Attributes as they arrive, read by the rows of the table."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from gateway.otlp.mapping import Reads, Row
from gateway.otlp.settings import ItemLimits

INT32_MAX = 2**31 - 1
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")

Value = str | int | float | bool | bytes
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


class Unfit(Exception):  # noqa: N818 - it says what the value is
    """A value that cannot be taken; names the attribute and says why."""

    def __init__(self, field: str, why: str) -> None:
        """Takes the name as the sender knows it."""
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class Attributes:
    """The attributes of a span, an event or a log record; of several with one name the first counts."""

    def __init__(self, pairs: Sequence[KeyValue], limits: ItemLimits) -> None:
        """Raises Unfit when there are too many, or one is too large."""
        if len(pairs) > limits.attributes_max:
            raise Unfit("attributes", f"must be at most {limits.attributes_max}")
        self._limits = limits
        self._values: dict[str, AnyValue] = {}
        for pair in pairs:
            if pair.ByteSize() > limits.attribute_bytes_max:
                raise Unfit(_shown(pair.key), f"must be at most {limits.attribute_bytes_max} bytes")
            self._values.setdefault(pair.key, pair.value)

    def read(self, rows: Iterable[Row], index: int = 0) -> tuple[str, Value] | None:
        """Returns the first of the rows that is present, by name and value; `N` is the index, of prompts every one.

        Raises Unfit when its value is of another kind.
        """
        found: Value | None
        for row in rows:
            name = row.attribute
            if not row.indexed:
                given = self._values.get(name)
            elif row.reads is Reads.PROMPT:
                given = None
                if (found := self._every(row)) is not None:
                    return name, found
            else:
                name = name.replace(".N.", f".{index}.")
                given = self._values.get(name)
            if given is not None and (found := self._value(row.reads, name, given)) is not None:
                return name, found
        return None

    def indices(self, rows: Iterable[Row]) -> list[int]:
        """Returns every index at which one of the rows is present, in order."""
        return sorted({index for row in rows for index, _ in self._indexed(row)})

    def _indexed(self, row: Row) -> Iterator[tuple[int, AnyValue]]:
        form, _, rest = row.attribute.partition(".N.")
        before, after = f"{form}.", f".{rest}"
        for name, value in self._values.items():
            if name.startswith(before) and name.endswith(after):
                middle = name[len(before) : len(name) - len(after)]
                if _INDEX.fullmatch(middle):
                    yield int(middle), value

    def _every(self, row: Row) -> bytes | None:
        found = sorted(self._indexed(row), key=lambda each: each[0])
        if not found:
            return None
        return _digest([self._plain(row.attribute, value) for _, value in found])

    def _value(self, reads: Reads, name: str, given: AnyValue) -> Value | None:
        if given.WhichOneof("value") is None or (given.HasField("string_value") and not given.string_value):
            return None
        if reads is Reads.PROMPT:
            return _digest(self._plain(name, given))
        return _READERS[reads](name, given)

    def _plain(self, name: str, value: AnyValue) -> Plain:
        try:
            return plain_value(value, self._limits.depth_max)
        except RecursionError:
            raise Unfit(name, f"must be at most {self._limits.depth_max} levels deep") from None


def plain_value(value: AnyValue, levels: int) -> Plain:
    """Returns the value as JSON knows it, bytes in hex; raises RecursionError when it has more levels of lists."""
    if levels < 0:
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
            return [plain_value(each, levels - 1) for each in value.array_value.values]
        case "kvlist_value":
            return {each.key: plain_value(each.value, levels - 1) for each in value.kvlist_value.values}
    return None


def _digest(plain: Plain) -> bytes:
    text = plain
    if not isinstance(text, str):
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="replace")).digest()


def _text(name: str, given: AnyValue) -> str:
    if given.HasField("string_value"):
        return given.string_value
    if given.HasField("int_value"):
        return str(given.int_value)
    raise Unfit(name, "must be text")


def _word(name: str, given: AnyValue) -> str | None:
    return _text(name, given).strip().lower() or None


def _number(name: str, given: AnyValue) -> float:
    try:
        if given.HasField("string_value"):
            number = float(given.string_value)
        else:
            kind = str(given.WhichOneof("value"))
            number = float(getattr(given, kind)) if kind in ("int_value", "double_value", "bool_value") else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Unfit(name, "must be a finite number")
    return number


def _count(name: str, given: AnyValue) -> int:
    number = _number(name, given)
    if given.HasField("bool_value") or number != int(number) or not 0 <= number <= INT32_MAX:
        raise Unfit(name, f"must be a whole number from 0 to {INT32_MAX}")
    return int(number)


def _milliseconds(name: str, given: AnyValue) -> float:
    number = _number(name, given) * 1000
    if not math.isfinite(number):
        raise Unfit(name, "must be a finite number of seconds")
    return number


def _flag(name: str, given: AnyValue) -> bool:
    word = given.string_value.strip().lower()
    if given.HasField("bool_value"):
        return given.bool_value
    if word in _TRUE + _FALSE:
        return word in _TRUE
    raise Unfit(name, "must be true or false")


def _shown(name: str) -> str:
    return (name if len(name) <= 100 else f"{name[:100]}...") or "attributes"


_READERS: Mapping[Reads, Callable[[str, AnyValue], Value | None]] = {
    Reads.TEXT: _text,
    Reads.WORD: _word,
    Reads.COUNT: _count,
    Reads.NUMBER: _number,
    Reads.SECONDS: _milliseconds,
    Reads.FLAG: _flag,
}
