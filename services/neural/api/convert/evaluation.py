"""Conversion of EvaluatePolicy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldViolation, Invalid
from neural.evaluation.evaluate import Evaluation
from radiant.neural.v1 import learning_service_pb2 as pb

DEFAULT_PERIOD = timedelta(days=30)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Range of the times of decisions. Other times are limited to it."""


def period(request: pb.EvaluatePolicyRequest, now: datetime) -> tuple[datetime, datetime]:
    """Returns start and end of the evaluated decisions. Raises Invalid if the end is not later than the start."""
    if request.HasField("start_time") and request.HasField("end_time"):
        first, last = request.start_time, request.end_time
        if (first.seconds, first.nanos) >= (last.seconds, last.nanos):
            raise Invalid([FieldViolation("end_time", "must be later than start_time")])
    start = _moment(request.start_time) if request.HasField("start_time") else now - DEFAULT_PERIOD
    return start, _moment(request.end_time) if request.HasField("end_time") else now


def _moment(stated: Timestamp) -> datetime:
    """Returns a time, limited to the range of the times of decisions."""
    if stated.seconds < _EARLIEST.timestamp():
        return _EARLIEST
    if stated.seconds >= _LATEST.timestamp():
        return _LATEST
    whole = datetime.fromtimestamp(stated.seconds, UTC)
    return whole + timedelta(microseconds=min(max(stated.nanos, 0), 999_999_999) // 1000)


def evaluation_response(found: Evaluation) -> pb.EvaluatePolicyResponse:
    """Returns the response for an evaluation."""
    response = pb.EvaluatePolicyResponse(
        events=found.diagnostics.events,
        effective_sample_size=found.diagnostics.effective_events,
        enough_data=not found.shortfall,
        explanation=found.shortfall,
    )
    for name, each in found.estimates.items():
        response.estimates.add(estimator=name, value=each.value, lower=each.lower, upper=each.upper)
    return response
