"""The messages and enums of the API, and the names of their schemas.

A message has one schema, named after it, unless requests and responses both contain it: then `X` describes it in
responses and `XInput` in requests, because their required fields differ. Names that two services use start with the
service: `IngestVoiceFeedback`, `VoiceVoiceFeedback`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import Enum

from google.protobuf.descriptor import Descriptor, EnumDescriptor, MethodDescriptor

PACKAGE = "radiant."


class Direction(Enum):
    """Whether a schema describes a request or a response."""

    REQUEST = "request"
    RESPONSE = "response"


class Catalog:
    """Every message and enum that the methods of the API use."""

    def __init__(self, methods: Iterable[MethodDescriptor]) -> None:
        """Collects the messages and enums of the methods' requests and responses, nested ones included."""
        self._used: dict[Direction, dict[str, Descriptor]] = {direction: {} for direction in Direction}
        self.enums: dict[str, EnumDescriptor] = {}
        """Enums by full name."""
        for method in methods:
            self._collect(method.input_type, Direction.REQUEST)
            self._collect(method.output_type, Direction.RESPONSE)
        kinds = {**self._used[Direction.REQUEST], **self._used[Direction.RESPONSE], **self.enums}.values()
        counts = Counter(kind.name for kind in kinds)
        self._ambiguous = {name for name, count in counts.items() if count > 1}

    def name(self, kind: Descriptor | EnumDescriptor) -> str:
        """Returns the name of an enum's schema, or of a message's in responses."""
        if kind.name not in self._ambiguous:
            return kind.name
        service: str = kind.full_name.split(".")[1]
        return service.title() + kind.name

    def message_name(self, kind: Descriptor, direction: Direction) -> str:
        """Returns the name of a message's schema in requests or in responses."""
        in_both = all(kind.full_name in self._used[each] for each in Direction)
        return self.name(kind) + ("Input" if in_both and direction is Direction.REQUEST else "")

    def messages(self) -> list[tuple[Descriptor, Direction]]:
        """Returns every message with each direction in which it is used."""
        return [(kind, direction) for direction in Direction for kind in self._used[direction].values()]

    def _collect(self, kind: Descriptor, direction: Direction) -> None:
        used = self._used[direction]
        if kind.full_name in used or not kind.full_name.startswith(PACKAGE):
            return
        if not kind.GetOptions().map_entry:
            used[kind.full_name] = kind
        for field in kind.fields:
            if field.enum_type is not None:
                self.enums[field.enum_type.full_name] = field.enum_type
            if field.message_type is not None:
                self._collect(field.message_type, direction)
