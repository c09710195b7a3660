"""Conversion of EvaluatePolicy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldViolation, Invalid
from neural.evaluation.evaluate import Evaluation
from neural.evaluation.events import Exclusion
from radiant.neural.v1 import learning_service_pb2 as pb

EXCLUSIONS = {
    Exclusion.NO_MANIFEST: pb.DECISION_EXCLUSION_NO_MANIFEST,
    Exclusion.OTHER_MODEL: pb.DECISION_EXCLUSION_OTHER_MODEL,
    Exclusion.NO_PROPENSITY: pb.DECISION_EXCLUSION_NO_PROPENSITY,
    Exclusion.UNKNOWN_CANDIDATES: pb.DECISION_EXCLUSION_UNKNOWN_CANDIDATES,
    Exclusion.CONTRADICTION: pb.DECISION_EXCLUSION_CONTRADICTION,
    Exclusion.NO_FEEDBACK: pb.DECISION_EXCLUSION_NO_FEEDBACK,
    Exclusion.LIMIT: pb.DECISION_EXCLUSION_LIMIT,
}
_EXCLUSION_TEXTS = {
    Exclusion.NO_MANIFEST: "without a manifest",
    Exclusion.OTHER_MODEL: "whose output used another model",
    Exclusion.NO_PROPENSITY: "without a propensity",
    Exclusion.UNKNOWN_CANDIDATES: "with unknown candidates",
    Exclusion.CONTRADICTION: "with two different propensities",
    Exclusion.NO_FEEDBACK: "without feedback",
    Exclusion.LIMIT: "beyond the limit of events",
}
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
        explanation=_explanation(found),
        decisions=found.decisions,
        client_events=found.client_events,
        limited_weights=found.limited_weights,
    )
    for reason, count in sorted(found.excluded.items(), key=lambda each: -each[1]):
        response.excluded.add(reason=EXCLUSIONS[reason], count=count)
    for name, each in found.estimates.items():
        response.estimates.add(estimator=name, value=each.value, lower=each.lower, upper=each.upper)
    return response


def _explanation(found: Evaluation) -> str:
    """Returns the missing data, with the decisions that are left out; empty with enough data."""
    if not found.shortfall or not found.excluded:
        return found.shortfall
    largest_first = sorted(found.excluded.items(), key=lambda each: -each[1])
    counts = ", ".join(f"{count} {_EXCLUSION_TEXTS[reason]}" for reason, count in largest_first)
    return f"{found.shortfall} Of {found.decisions} decisions, these are left out: {counts}."
