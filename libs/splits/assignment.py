"""Assignment of users to variants: a pure function of identifiers with the same result in all clients and replicas.

The bucket of a text is the integer in the first 8 bytes, big-endian, of the SHA-256 of its UTF-8 form. A share s ends
at the threshold ceil(s · 2^64): a bucket is inside the share when it is smaller. Intervals are half-open and compared
as integers. With the bucket b of "experiment_id:user_id", divided by 2^64, and the traffic t:

    treatment   b in [0, t)
    control     b in [1 - min(t, 1 - t), 1)
    none        between

Several treatments divide the treated users by weight with a second number, bytes 8 to 16 of the same hash. A rise of
traffic therefore moves no treated user to the control or to another treatment. Layers use the bucket of
"layer:user_id". Holdouts use the bucket of "holdout:layer:user_id", or of "holdout:tenant_id:user_id" without a layer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from splits.model import EVERY_TENANT, Experiment, State, Targeting

WHOLE = 2**64
"""Number of buckets."""
GENERAL = "general"
"""Domain mode of requests without a domain mode."""


class Reason(StrEnum):
    """Rule that decided an assignment."""

    BUCKET = "bucket"
    FORCED = "forced"
    NOT_COVERED = "not_covered"
    HOLDOUT = "holdout"
    OUTSIDE_LAYER = "outside_layer"
    UNASSIGNED = "unassigned"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Assignment of a user."""

    variant: str
    """Name of the variant; empty when the user is not assigned."""
    is_analysed: bool
    """Whether the analysis includes the outcomes of the user."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class VariantInterval:
    """Half-open intervals of the buckets of a variant's users, and of the second numbers of their hashes."""

    variant: str
    start: int
    end: int
    second_start: int
    second_end: int


@dataclass(frozen=True, slots=True)
class EditEffect:
    """Effect of an edit of an experiment on its analysis."""

    opens_new_epoch: bool
    reason: str
    """Reason as text; empty when the edit has no effect on the analysis."""


def buckets(text: str) -> tuple[int, int]:
    """Returns the bucket of a text and the second number of its hash, both in [0, 2^64)."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")


def threshold(share: float) -> int:
    """Returns the bucket at which a share ends: a bucket is inside the share when it is smaller."""
    return min(max(math.ceil(math.ldexp(share, 64)), 0), WHOLE)


def control_start(traffic: float) -> int:
    """Returns the first bucket of the control."""
    treated = threshold(traffic)
    return WHOLE - min(treated, WHOLE - treated)


def is_eligible(
    targeting: Targeting, tenant_id: str, task_type: str, domain_mode: str, attributes: Mapping[str, str]
) -> bool:
    """Returns whether a request meets all conditions. An empty domain mode counts as general."""
    domain = domain_mode or GENERAL
    return (
        (not targeting.task_types or task_type in targeting.task_types)
        and (not targeting.domain_modes or domain in targeting.domain_modes)
        and (not targeting.tenant_ids or tenant_id in targeting.tenant_ids)
        and all(attributes.get(name) in values for name, values in targeting.attributes.items())
    )


def assign(
    experiment: Experiment,
    user_id: str,
    tenant_id: str = "",
    task_type: str = "",
    domain_mode: str = "",
    attributes: Mapping[str, str] | None = None,
) -> Assignment:
    """Returns the assignment of a user by the first rule that applies.

    The order of the rules is: state, tenant, forced variant, targeting, holdout, layer, bucket.
    """
    if experiment.state is not State.RUNNING:
        return Assignment("", False, Reason.NOT_RUNNING)
    if experiment.tenant_id not in (EVERY_TENANT, tenant_id):
        return Assignment("", False, Reason.NOT_COVERED)
    if user_id in experiment.forced:
        return Assignment(experiment.forced[user_id], False, Reason.FORCED)
    if not user_id or not is_eligible(experiment.targeting, tenant_id, task_type, domain_mode, attributes or {}):
        return Assignment("", False, Reason.NOT_COVERED)
    group = experiment.layer or tenant_id
    if experiment.holdout > 0 and buckets(f"holdout:{group}:{user_id}")[0] < threshold(experiment.holdout):
        return Assignment("", False, Reason.HOLDOUT)
    if experiment.layer and not _in_slots(experiment, user_id):
        return Assignment("", False, Reason.OUTSIDE_LAYER)
    variant = variant_of(experiment, user_id)
    return Assignment(variant, bool(variant), Reason.BUCKET if variant else Reason.UNASSIGNED)


def variant_of(experiment: Experiment, user_id: str) -> str:
    """Returns the variant of the bucket of a user; empty between treatment and control."""
    bucket, second = buckets(f"{experiment.experiment_id}:{user_id}")
    if bucket < threshold(experiment.traffic):
        for name, below in _treatment_ends(experiment):
            if second < below:
                return name
    return experiment.control.name if bucket >= control_start(experiment.traffic) else ""


def variant_intervals(experiment: Experiment) -> list[VariantInterval]:
    """Returns the intervals of each variant: `variant_of` returns the variant whose intervals contain both numbers."""
    found = [VariantInterval(experiment.control.name, control_start(experiment.traffic), WHOLE, 0, WHOLE)]
    start = 0
    for name, below in _treatment_ends(experiment):
        found.append(VariantInterval(name, 0, threshold(experiment.traffic), start, below))
        start = below
    return found


def expected_shares(experiment: Experiment) -> dict[str, float]:
    """Returns the planned share of all users by variant."""
    shares = {experiment.control.name: 1 - control_start(experiment.traffic) / WHOLE}
    start = 0
    for name, below in _treatment_ends(experiment):
        shares[name] = experiment.traffic * (below - start) / WHOLE
        start = below
    return shares


def _in_slots(experiment: Experiment, user_id: str) -> bool:
    """Returns whether the bucket of a user in the layer lies in the slots of the experiment."""
    start, end = experiment.layer_slots
    return threshold(start) <= buckets(f"{experiment.layer}:{user_id}")[0] < threshold(end)


def _treatment_ends(experiment: Experiment) -> list[tuple[str, int]]:
    """Returns each treatment with the end of its interval of second numbers."""
    weights = [1.0 if each.weight is None else each.weight for each in experiment.treatments]
    total, run, parts = sum(weights), 0.0, []
    for variant, weight in zip(experiment.treatments, weights, strict=True):
        run += weight
        parts.append((variant.name, threshold(run / total) if total > 0 else WHOLE))
    return [*parts[:-1], (parts[-1][0], WHOLE)] if parts else []


def edit_effect(old: Experiment, new: Experiment) -> EditEffect:
    """Returns whether an edit opens a new epoch, because it changes variants or the variant of analysed users, and why.

    A rise of traffic up to one half adds equally many users to both groups and keeps the epoch. Beyond one half the
    ratio of the groups changes; if outcomes of both ratios were pooled, a trend over time would look like an effect.
    """
    if [(each.name, each.config) for each in old.variants] != [(each.name, each.config) for each in new.variants]:
        return EditEffect(True, "variants change")
    if _treatment_ends(old) != _treatment_ends(new):
        return EditEffect(True, "weights change")
    if old.targeting != new.targeting:
        return EditEffect(True, "targeting changes")
    if (old.layer, old.layer_slots, old.holdout) != (new.layer, new.layer_slots, new.holdout):
        return EditEffect(True, "layer or holdout changes")
    moved = {user for user, _ in set(old.forced.items()) ^ set(new.forced.items())}
    if any(variant_of(old, user) for user in moved):
        return EditEffect(True, "forced variants change the set of analysed users")
    if threshold(new.traffic) < threshold(old.traffic):
        return EditEffect(True, "users leave the treatment")
    if control_start(new.traffic) > control_start(old.traffic):
        return EditEffect(True, "users leave the control")
    before, after = _group_sizes(old.traffic), _group_sizes(new.traffic)
    if before[0] * after[1] != before[1] * after[0] or (before != after and before == (0, 0)):
        return EditEffect(True, "the ratio of treatment and control changes")
    return EditEffect(False, "" if new.traffic == old.traffic else "only users without a variant are added")


def _group_sizes(traffic: float) -> tuple[int, int]:
    """Returns the numbers of buckets of treatment and control."""
    return threshold(traffic), WHOLE - control_start(traffic)
