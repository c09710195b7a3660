"""Conversion of interim results: their stored form is a serialized ResultLook message without its time."""

from __future__ import annotations

from collections import Counter

from experiments.api.convert.definitions import timestamp
from experiments.results.interim import InterimResult
from experiments.results.report import Report
from radiant.experiments.v1 import analysis_pb2

FORMER_BOUND = 1e300
"""Absolute bounds of an unknown interval in interim results of earlier versions."""


def serialize(report: Report) -> bytes:
    """Returns the stored form of the comparisons of a report."""
    users: Counter[str] = Counter()
    for exposed in report.outcomes.exposures:
        users[exposed.variant] += exposed.users
    message = analysis_pb2.ResultLook()
    for each in report.analysis.comparisons:
        message.comparisons.add(
            metric=each.metric.name,
            variant=each.variant,
            difference=each.effect.difference if each.effect.users_min else None,
            sequence_lower=each.sequence.low,
            sequence_upper=each.sequence.high,
            control_users=users[report.experiment.control.name],
            treatment_users=users[each.variant],
        )
    return message.SerializeToString(deterministic=True)


def interim_message(result: InterimResult) -> analysis_pb2.ResultLook:
    """Returns the message of a stored interim result.

    In results of earlier versions, an unknown interval has the bounds ±FORMER_BOUND, and a difference of 0 is absent.
    """
    message = analysis_pb2.ResultLook.FromString(result.content)
    message.take_time.CopyFrom(timestamp(result.recorded_at))
    for each in message.comparisons:
        if abs(each.sequence_lower) >= FORMER_BOUND or abs(each.sequence_upper) >= FORMER_BOUND:
            each.ClearField("sequence_lower")
            each.ClearField("sequence_upper")
        elif each.HasField("sequence_lower") and not each.HasField("difference"):
            each.difference = 0.0
    return message
