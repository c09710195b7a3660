"""Words and times that several messages share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from ingest.domain.model import Terms
from kit.errors import FieldViolation
from radiant.ingest.v1 import feedback_pb2, manifest_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOLERANCE_US = 5 * 60 * 1_000_000
EARLIEST_US = 1_577_836_800_000_000
"""2020-01-01."""


class _Enum(Protocol):
    def items(self) -> list[tuple[str, Any]]: ...


def _words(enum: _Enum, prefix: str) -> Mapping[int, str]:
    return {number: name.removeprefix(prefix).lower() for name, number in enum.items() if number}


SIGNALS = _words(feedback_pb2.SignalType, "SIGNAL_TYPE_")
CATEGORIES = _words(feedback_pb2.FeedbackCategory, "FEEDBACK_CATEGORY_")
SOURCES = _words(feedback_pb2.FeedbackSource, "FEEDBACK_SOURCE_")
REQUEST_TYPES = _words(manifest_pb2.RequestType, "REQUEST_TYPE_")
THERMAL_STATES = {number: word.upper() for number, word in _words(manifest_pb2.ThermalState, "THERMAL_STATE_").items()}
SIGNAL_NUMBERS = {word: number for number, word in SIGNALS.items()}
CATEGORY_NUMBERS = {word: number for number, word in CATEGORIES.items()}
RATINGS: Mapping[int, int] = {
    feedback_pb2.RATING_NEGATIVE: -1,
    feedback_pb2.RATING_NEUTRAL: 0,
    feedback_pb2.RATING_POSITIVE: 1,
}


def terms_at(now_us: int) -> Terms:
    """Returns which times a request received at that moment may state."""
    return Terms(now_us=now_us, earliest_us=EARLIEST_US, latest_us=now_us + TOLERANCE_US)


def time_us(stated: Timestamp, path: str, terms: Terms, problems: list[FieldViolation]) -> int:
    """Returns a stated time; notes a problem when it lies outside of the terms."""
    moment = stated.seconds * 1_000_000 + stated.nanos // 1000
    if not 0 <= stated.nanos < 1_000_000_000 or not terms.earliest_us <= moment:
        problems.append(FieldViolation(path, "must not be before 2020"))
    elif moment > terms.latest_us:
        problems.append(FieldViolation(path, "must not be more than 5 minutes ahead"))
    return moment


def us_of(stated: Timestamp) -> int:
    """Returns a stated time in microseconds since 1970; one within a microsecond counts as its end."""
    return stated.seconds * 1_000_000 + -(-stated.nanos // 1000)


def moment_of(us: int) -> datetime:
    """Returns microseconds since 1970 as a moment."""
    return _EPOCH + timedelta(microseconds=us)


def us_at(moment: datetime) -> int:
    """Returns a moment in microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def timestamp(us: int) -> Timestamp:
    """Returns microseconds since 1970 as a Timestamp."""
    return Timestamp(seconds=us // 1_000_000, nanos=us % 1_000_000 * 1000)


def digest(message: Message) -> bytes:
    """Returns what tells a message from every other one of its type."""
    return hashlib.sha256(message.SerializeToString(deterministic=True)).digest()
