"""Conversion of times, and the bounds of times in requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from ingest.domain.model import TimeBounds
from kit.errors import FieldViolation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE_US = 5 * 60 * 1_000_000
EARLIEST_US = 1_577_836_800_000_000
"""2020-01-01."""


def time_bounds(now_us: int) -> TimeBounds:
    """Returns the bounds of the times in a request that is received at `now_us`."""
    return TimeBounds(now_us=now_us, earliest_us=EARLIEST_US, latest_us=now_us + CLOCK_TOLERANCE_US)


def bounded_time_us(stated: Timestamp, path: str, bounds: TimeBounds, problems: list[FieldViolation]) -> int:
    """Returns a time in microseconds since 1970; appends a problem if it is out of bounds."""
    time_us = stated.seconds * 1_000_000 + stated.nanos // 1000
    if not 0 <= stated.nanos < 1_000_000_000 or not bounds.earliest_us <= time_us:
        problems.append(FieldViolation(path, "must not be before 2020-01-01"))
    elif time_us > bounds.latest_us:
        problems.append(FieldViolation(path, "must not be more than 5 minutes in the future"))
    return time_us


def to_us(stated: Timestamp) -> int:
    """Returns a time in microseconds since 1970, rounded up."""
    return stated.seconds * 1_000_000 + -(-stated.nanos // 1000)


def datetime_from_us(us: int) -> datetime:
    """Returns the datetime of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


def timestamp(us: int) -> Timestamp:
    """Returns the Timestamp of a number of microseconds since 1970."""
    return Timestamp(seconds=us // 1_000_000, nanos=us % 1_000_000 * 1000)
