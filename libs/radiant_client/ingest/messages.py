"""Builders of the messages that are written by hand most often; enums go by their short names."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from radiant.ingest.v1 import feedback_pb2

Value = TypeVar("Value", covariant=True)


class Names(Protocol[Value]):
    """The generated face of an enum."""

    def Name(self, number: Any) -> str:  # noqa: N802
        """Gives the full name of a value."""

    def Value(self, name: Any) -> Value:  # noqa: N802
        """Gives the value of a full name; raises ValueError when there is none."""


def enum_value(names: Names[Value], short: str) -> Value:
    """Gives the value of a short name such as copy_response. Raises ValueError when there is none."""
    prefix = names.Name(0).removesuffix("UNSPECIFIED")
    return names.Value(prefix + short.upper())


def short_name(names: Names[Any], value: int) -> str:
    """Gives the short name of a value, such as copy_response; empty for the unspecified one."""
    prefix = names.Name(0).removesuffix("UNSPECIFIED")
    name = names.Name(value).removeprefix(prefix).lower()
    return "" if name == "unspecified" else name


def timestamp(moment: datetime | None = None) -> Timestamp:
    """Gives a moment as a message, by default now. Raises ValueError when it has no time zone."""
    moment = moment or datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("the time needs a time zone")
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def new_id() -> str:
    """Gives a fresh identifier for a request, a batch or a signal."""
    return str(uuid.uuid4())


def explicit_feedback(
    output_id: str,
    user_id: str,
    rating: str,
    *,
    categories: Sequence[str] = (),
    comment: str = "",
    source: str = "api",
    user_agent: str = "",
    client_time: datetime | None = None,
) -> feedback_pb2.ExplicitFeedback:
    """Builds feedback: a rating of positive, neutral or negative; client_time defaults to now."""
    return feedback_pb2.ExplicitFeedback(
        output_id=output_id,
        user_id=user_id,
        rating=enum_value(feedback_pb2.Rating, rating),
        categories=[enum_value(feedback_pb2.FeedbackCategory, one) for one in categories],
        comment=comment,
        source=enum_value(feedback_pb2.FeedbackSource, source),
        user_agent=user_agent,
        client_time=timestamp(client_time),
    )


def implicit_signal(
    output_id: str,
    user_id: str,
    signal_type: str,
    *,
    value: Mapping[str, Any] | None = None,
    signal_id: str = "",
    client_time: datetime | None = None,
) -> feedback_pb2.ImplicitSignal:
    """Builds a signal such as copy_response, with a fresh signal_id and the time of now unless they are given."""
    signal = feedback_pb2.ImplicitSignal(
        signal_id=signal_id or new_id(),
        output_id=output_id,
        user_id=user_id,
        signal_type=enum_value(feedback_pb2.SignalType, signal_type),
        client_time=timestamp(client_time),
    )
    if value is not None:
        struct = Struct()
        struct.update(value)
        signal.signal_value.CopyFrom(struct)
    return signal
