"""Reads the attributes of spans, events and log records by the rows of the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from gateway.otlp.convert.table import Row, ValueType
from gateway.otlp.convert.values import PARSERS, InvalidAttribute, JsonValue, Value, digest, json_members, json_value
from gateway.otlp.settings import ItemLimits

NAME_CHARACTERS_SHOWN_MAX = 100
ERRORS_MAX = 200
"""Different attribute errors that are counted in one request."""
OTHER_ERRORS = ("attributes", "further errors")
"""Key of the errors beyond ERRORS_MAX."""
_INDEX = re.compile(r"0|[1-9][0-9]{0,3}")


class AttributeErrors:
    """Counts of attributes that were left out, by name and reason. They are bounded, because names come from rows."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, why: str) -> None:
        """Counts an attribute that was left out."""
        key = (_shortened(name), why)
        if key in self.counts or len(self.counts) < ERRORS_MAX:
            self.counts[key] += 1
        else:
            self.counts[OTHER_ERRORS] += 1


class Attributes:
    """The attributes of a span, an event or a log record. Of duplicate names, the first one is used."""

    def __init__(self, pairs: Sequence[KeyValue], limits: ItemLimits, errors: AttributeErrors) -> None:
        """Counts attributes that cannot be read in `errors`: those above the limits of number and size."""
        self._limits, self._errors = limits, errors
        self._values: dict[str, AnyValue] = {}
        self._json: dict[str, dict[str, AnyValue]] = {}
        self._reported: set[str] = set()
        if len(pairs) > limits.attributes_max:
            errors.add("attributes", f"only the first {limits.attributes_max} are read")
        for pair in islice(pairs, limits.attributes_max):
            self._values.setdefault(pair.key, pair.value)

    def of_event(self, pairs: Sequence[KeyValue]) -> Attributes:
        """Returns the attributes of an event of the span, with the same limits and error counts."""
        return Attributes(pairs, self._limits, self._errors)

    def __contains__(self, name: str) -> bool:
        """Whether an attribute of the name is present."""
        return name in self._values

    def has_prefix(self, prefixes: tuple[str, ...]) -> bool:
        """Returns whether the name of an attribute begins with one of the prefixes."""
        return any(name.startswith(prefixes) for name in self._values)

    def read(self, rows: Iterable[Row], index: int = 0) -> tuple[str, Value] | None:
        """Returns name and value of the first row that is present and valid; None if none is.

        `index` replaces `N` in the attribute's name; a prompt contains the values of all indices. Attributes whose
        value is invalid are counted as errors.
        """
        for row in rows:
            try:
                if (found := self._read_row(row, index)) is not None:
                    return found
            except InvalidAttribute as error:
                self.report(row.name, error.why)
        return None

    def report(self, name: str, why: str) -> None:
        """Counts an attribute that is left out, once."""
        if name not in self._reported:
            self._reported.add(name)
            self._errors.add(name, why)

    def read_required(self, rows: Iterable[Row], index: int = 0) -> tuple[str, Value] | None:
        """Returns name and value of the first row that is present; raises InvalidAttribute if its value is invalid."""
        for row in rows:
            if (found := self._read_row(row, index)) is not None:
                return found
        return None

    def _read_row(self, row: Row, index: int) -> tuple[str, Value] | None:
        name = row.attribute
        if row.is_indexed and row.value_type is ValueType.PROMPT:
            prompt = self._prompt_digest(row)
            return None if prompt is None else (name, prompt)
        name = name.replace(".N.", f".{index}.")
        value = self._values.get(name)
        if value is None:
            return None
        if value.ByteSize() > self._limits.attribute_bytes_max:
            raise InvalidAttribute(_shortened(name), f"must have at most {self._limits.attribute_bytes_max} bytes")
        if row.member:
            value, name = self._members(name, value).get(row.member), row.name
        found = None if value is None else self._parse(row.value_type, name, value)
        return None if found is None else (name, found)

    def _members(self, name: str, value: AnyValue) -> dict[str, AnyValue]:
        """Returns the scalar members of a JSON object; none of another value."""
        if name not in self._json:
            if value.HasField("kvlist_value"):
                self._json[name] = {each.key: each.value for each in value.kvlist_value.values}
            else:
                self._json[name] = json_members(value.string_value)
        return self._json[name]

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
        if sum(value.ByteSize() for _, value in found) > self._limits.attribute_bytes_max:
            raise InvalidAttribute(row.attribute, f"must have at most {self._limits.attribute_bytes_max} bytes")
        return digest([self._json_value(row.attribute, value) for _, value in found])

    def _parse(self, value_type: ValueType, name: str, value: AnyValue) -> Value | None:
        """Returns the parsed value; None for an empty value."""
        if value.WhichOneof("value") is None or (value.HasField("string_value") and not value.string_value):
            return None
        if value_type is ValueType.PROMPT:
            return digest(self._json_value(name, value))
        return PARSERS[value_type](name, value)

    def _json_value(self, name: str, value: AnyValue) -> JsonValue:
        try:
            return json_value(value, self._limits.depth_max)
        except RecursionError:
            raise InvalidAttribute(name, f"must be at most {self._limits.depth_max} levels deep") from None


def _shortened(name: str) -> str:
    is_short = len(name) <= NAME_CHARACTERS_SHOWN_MAX
    return (name if is_short else f"{name[:NAME_CHARACTERS_SHOWN_MAX]}...") or "attributes"
