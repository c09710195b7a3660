"""Values of message fields: enums by short name, timestamps and identifiers."""

import uuid
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

Value = TypeVar("Value", covariant=True)


class EnumType(Protocol[Value]):
    """The generated wrapper of a protobuf enum."""

    def Name(self, number: Any) -> str:  # noqa: N802
        """Returns the full name of a value."""

    def Value(self, name: Any) -> Value:  # noqa: N802
        """Returns the value with a full name. Raises ValueError if the name is unknown."""


def enum_value(enum: EnumType[Value], short: str) -> Value:
    """Returns the value with a short name, such as copy_response. Raises ValueError if the name is unknown."""
    prefix = enum.Name(0).removesuffix("UNSPECIFIED")
    return enum.Value(prefix + short.upper())


def short_name(enum: EnumType[Any], value: int) -> str:
    """Returns the short name of a value, such as copy_response; an empty string for the unspecified value."""
    prefix = enum.Name(0).removesuffix("UNSPECIFIED")
    name = enum.Name(value).removeprefix(prefix).lower()
    return "" if name == "unspecified" else name


def timestamp(moment: datetime | None = None) -> Timestamp:
    """Returns a moment, by default the current time, as a message. Raises ValueError if it has no time zone."""
    moment = moment or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("The datetime must have a time zone.")
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def new_id() -> str:
    """Returns a new random identifier (UUID version 4)."""
    return str(uuid.uuid4())
