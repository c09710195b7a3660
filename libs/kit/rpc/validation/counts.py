"""Counts the items of an encoded message before it is parsed, so that a message of many items costs little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from kit.errors import FieldViolation
from kit.rpc.validation.shapes import UNLIMITED, Part, Shape, shape_of

VIOLATIONS_MAX = 20
"""Violations that are reported. Validation stops then."""
VALUES_MAX = 300_000
"""Default limit of the values in the lists and maps of a message, at all levels. Each costs about 0.1 us to validate.
The limit permits 1,000 manifests with 16 models, 20 thermal states, 20 provider healths and 20 steps each."""
SMALL_ITEM_VALUE_BYTES = 8
"""Bytes per value that are assumed for the lists of a small item, which are not counted."""
JSON_VALUE_WEIGHT = 3
"""Values that a JSON value within a google.protobuf.Struct counts as, since its conversion costs more."""
STRUCT_BYTES_MAX = 256 * 1024
"""Largest encoded google.protobuf.Struct. The services limit the JSON text of each Struct further."""
OCCURRENCES_MAX = 100
"""Encodings of a nested message that a parser merges. Encoders write one; each costs about 80 ns to count."""
COUNTED_BYTES_MIN = 4096
"""Smaller messages are parsed without a count: their items cost less than 1 ms."""


@dataclass(frozen=True, slots=True)
class Oversized:
    """Placeholder for a message with too many items, which was not parsed."""

    violations: list[FieldViolation]
    """The lists and maps with too many items."""
    message: Any
    """The message without its lists, maps and nested messages."""


def reader(descriptor: Descriptor, values_max: int = VALUES_MAX) -> Callable[[bytes], Any]:
    """Returns the parser of a message type. It returns Oversized for too many items, and raises DecodeError."""
    kind = GetMessageClass(descriptor)
    parse, shape = kind.FromString, shape_of(descriptor)
    if not shape.parts:
        return parse

    def read(data: bytes) -> Any:
        if len(data) >= COUNTED_BYTES_MIN:
            skeleton = shape.kind.FromString(data)
            count = Count(values_max)
            count.add(shape, skeleton)
            if count.violations:
                return Oversized(count.violations, _head(kind, skeleton))
        return parse(data)

    return read


def count_of(message: Message) -> Count:
    """Returns the count of a message's items, without a limit of its values."""
    count, shape = Count(UNLIMITED), shape_of(message.DESCRIPTOR)
    count.add(shape, shape.kind.FromString(message.SerializeToString()))
    return count


def _head(kind: type[Message], skeleton: Any) -> Message:
    """Returns a message without its lists, maps and nested messages, which are cleared in the skeleton."""
    for descriptor in skeleton.DESCRIPTOR.fields:
        skeleton.ClearField(descriptor.name)
    return kind.FromString(skeleton.SerializeToString())


class Count:
    """The items and values of a message at all levels, and the violations of their limits, at most VIOLATIONS_MAX.

    An item of a list counts as the number of its fields, at least 1, and 2 in a list of distinct items. A map entry
    counts as its key and its value. A nested message counts as the number of its encodings beyond the first.
    """

    def __init__(self, values_max: int) -> None:
        """Takes the largest number of values at all levels."""
        self._values_max = values_max
        self.items = self.values = 0
        self.violations: list[FieldViolation] = []

    def add(self, shape: Shape, skeleton: Any, path: str = "") -> None:
        """Counts the items of a message that was parsed as its shape, down to the first violations."""
        for part in shape.parts:
            if items := getattr(skeleton, part.attribute):
                self._add_part(part, items, path + part.name)
                if self._is_over:
                    return

    @property
    def _is_over(self) -> bool:
        return len(self.violations) >= VIOLATIONS_MAX or self.values > self._values_max

    @property
    def _total_rule(self) -> str:
        return f"brings the request to more than {self._values_max} values in lists and maps; send fewer items at once"

    def _report(self, path: str, why: str) -> None:
        self.violations.append(FieldViolation(path, why))

    def _add_part(self, part: Part, items: Any, path: str) -> None:
        if not part.is_list:
            if len(items) > OCCURRENCES_MAX:
                self._report(path, f"must occur at most {OCCURRENCES_MAX} times in the encoded message")
                return
            self.values += len(items) - 1
            if self.values > self._values_max:
                self._report(path, self._total_rule)
                return
            items = [b"".join(items)]  # several encodings of a nested message are merged, as a parser does
        elif len(items) > part.items_max:
            self._report(path, too_many(part))
            return
        else:
            self.items += len(items)
            self.values += len(items) * part.weight
            if self.values > self._values_max:
                self._report(path, self._total_rule)
                return
        if part.is_struct:
            self._add_structs(part, items, path)
        elif part.shape is not None:
            parse = part.shape.kind.FromString
            for index, item in enumerate(items):
                if len(item) <= part.shape.small_bytes:
                    self.values += len(item) // SMALL_ITEM_VALUE_BYTES
                else:
                    self.add(part.shape, parse(item), _item_path(part, path, index) + ".")
                    if self._is_over:
                        return

    def _add_structs(self, part: Part, items: Any, path: str) -> None:
        """Counts JSON values. Each list item, map entry and map key begins with one of two bytes."""
        for index, item in enumerate(items):
            self.values += (item.count(b"\x0a") + item.count(b"\x8a")) * JSON_VALUE_WEIGHT
            place = _item_path(part, path, index)
            if len(item) > STRUCT_BYTES_MAX:
                self._report(place, f"must have at most {STRUCT_BYTES_MAX} bytes")
            elif self.values > self._values_max:
                self._report(place, self._total_rule)
            if self._is_over:
                return


def too_many(part: Part) -> str:
    """Returns the description of a list or a map with too many items, in the wording of protovalidate."""
    if part.is_map:
        return f"map must be at most {part.items_max} entries"
    return f"must contain no more than {part.items_max} item(s)"


def _item_path(part: Part, path: str, index: int) -> str:
    return f"{path}[{index}]" if part.is_list and not part.is_map else path
