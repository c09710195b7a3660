"""Looks: the part of an analysis that is kept over time."""

from __future__ import annotations

from collections import Counter

from radiant.experiments.v1 import analysis_pb2
from splits.model import Experiment


def look_of(experiment: Experiment, results: analysis_pb2.Results) -> analysis_pb2.ResultLook:
    """Returns what of the results is kept, without a time."""
    users: Counter[str] = Counter()
    for count in results.variants:
        users[count.variant] += count.users
    look = analysis_pb2.ResultLook()
    for each in results.comparisons:
        look.comparisons.add(
            metric=each.metric,
            variant=each.variant,
            difference=each.difference,
            sequence_lower=each.sequence_lower,
            sequence_upper=each.sequence_upper,
            control_users=users[experiment.control.name],
            treatment_users=users[each.variant],
        )
    return look
