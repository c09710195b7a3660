"""Conversion of interim results: their stored form is a serialized ResultLook message without its time."""

from __future__ import annotations

from collections import Counter

from experiments.api.convert.definitions import timestamp
from experiments.results.interim import InterimResult
from experiments.results.report import Report
from radiant.experiments.v1 import analysis_pb2


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
            difference=each.effect.difference,
            sequence_lower=each.sequence.low,
            sequence_upper=each.sequence.high,
            control_users=users[report.experiment.control.name],
            treatment_users=users[each.variant],
        )
    return message.SerializeToString(deterministic=True)


def interim_message(result: InterimResult) -> analysis_pb2.ResultLook:
    """Returns the message of a stored interim result."""
    message = analysis_pb2.ResultLook.FromString(result.content)
    message.take_time.CopyFrom(timestamp(result.recorded_at))
    return message
