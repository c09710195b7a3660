"""Rules by which the analysis decides whether an output belongs to the variant that it names.

A manifest or an exposure names the variant and the epoch itself. It counts only if the assignment gives its user that
variant in that epoch: the stored assignment, otherwise the pure function of `splits`. The query of the outcomes applies
the rules in the database, so that no list of users is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from experiments.store.experiments import StoredEpoch
from splits.assignment import WHOLE, threshold, variant_intervals

CLOCK_SKEW_MAX = timedelta(minutes=5)
"""Longest time before the start of an epoch at which an output counts."""
LATE_MAX = timedelta(hours=24)
"""Longest time after the end of an epoch at which an output counts: clients learn of the end later."""
NO_USERS = ("", "anonymous")
"""Identifiers of outputs without a user, such as spans without one. They are not assigned."""
_BYTES = 9
"""Bytes of a bucket in the rules; a threshold can be 2^64."""


class IgnoredReason(StrEnum):
    """Reason for which an output does not count."""

    NO_USER = "no_user"
    NOT_RUNNING = "not_running"
    NOT_COVERED = "not_covered"
    OTHER_VARIANT = "other_variant"
    CONTAMINATED = "contaminated"
    """The user has another output in the same epoch for the reason OTHER_VARIANT."""


def assignment_rules(epochs: Sequence[StoredEpoch], ended_at: datetime | None) -> str:
    """Returns one rule per epoch and variant, as JSON. `ended_at` is the end of the experiment; None while it runs.

    Conditions on attributes are not part of a rule, because outputs have no attributes.
    """
    ends = [later.opened_at for _, later in pairwise(epochs)] + [ended_at]
    return json.dumps([rule for epoch, end in zip(epochs, ends, strict=False) for rule in _rules(epoch, end)])


def _rules(epoch: StoredEpoch, end: datetime | None) -> list[dict[str, object]]:
    experiment = replace(epoch.experiment, traffic=epoch.traffic_max)
    start, stop = experiment.layer_slots if experiment.layer else (0.0, 1.0)
    shared = {
        "epoch": experiment.epoch,
        "opens": (epoch.opened_at - CLOCK_SKEW_MAX).isoformat(),
        "closes": (end + LATE_MAX).isoformat() if end else "infinity",
        "layer": experiment.layer,
        "slot_start": _text(threshold(start)),
        "slot_end": _text(threshold(stop)),
        "holdout": _text(threshold(experiment.holdout)),
        "tenant_ids": sorted(experiment.targeting.tenant_ids),
        "task_types": sorted(experiment.targeting.task_types),
        "domain_modes": sorted(experiment.targeting.domain_modes),
    }
    return [
        shared
        | {
            "variant": each.variant,
            "start": _text(each.start),
            "stop": _text(each.end),
            "second_start": _text(each.second_start),
            "second_stop": _text(each.second_end),
        }
        for each in variant_intervals(experiment)
    ]


def _text(bucket: int) -> str:
    """Returns a number in [0, 2^64] in hexadecimal, with leading zeros."""
    assert 0 <= bucket <= WHOLE  # noqa: S101 - thresholds are limited
    return bucket.to_bytes(_BYTES, "big").hex()
