"""Builders of feedback messages. Enum values are given by short name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.struct_pb2 import Struct

from radiant.ingest.v1 import feedback_pb2
from radiant_client.messages.fields import enum_value, new_id, timestamp
from splits.user_keys import user_key


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
    """Returns explicit feedback. The rating is positive, neutral or negative; client_time defaults to the current time.

    Raises ValueError for an unknown rating, category or source, and for a client_time without a time zone.
    """
    return feedback_pb2.ExplicitFeedback(
        output_id=output_id,
        user_id=user_key(user_id),
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
    """Returns an implicit signal, such as copy_response.

    The signal_id defaults to a new identifier and client_time to the current time. Raises ValueError for an unknown
    signal type and for a client_time without a time zone.
    """
    signal = feedback_pb2.ImplicitSignal(
        signal_id=signal_id or new_id(),
        output_id=output_id,
        user_id=user_key(user_id),
        signal_type=enum_value(feedback_pb2.SignalType, signal_type),
        client_time=timestamp(client_time),
    )
    if value is not None:
        struct = Struct()
        struct.update(value)
        signal.signal_value.CopyFrom(struct)
    return signal
