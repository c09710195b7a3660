"""Which variant a user sees: a pure function of identifiers, so that every client and replica agrees.

The bucket of a string is the number in the first 8 bytes, big-endian, of its SHA-256 in UTF-8, over 2^64. A share s
becomes the threshold ceil(s · 2^64), and a bucket is inside when its number is below it: intervals are half-open and
compared as integers. With b the bucket of "experiment_id:user_id" and t the traffic:

    treatment   b in [0, t)
    control     b in [1 - min(t, 1 - t), 1)
    nobody      between

Several treatments divide the treated by weight through a second number, bytes 8 to 16 of the same hash: raising
traffic therefore moves no treated user, neither back to control nor to another treatment. Layers look at the bucket
of "layer:user_id", holdouts at that of "holdout:layer:user_id", or "holdout:tenant_id:user_id" without a layer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from splits.model import EVERY_TENANT, Experiment, State, Targeting

WHOLE = 2**64
GENERAL = "general"
"""What an empty domain means."""


class Reason(StrEnum):
    """Why a user sees what they see."""

    BUCKET = "bucket"
    FORCED = "forced"
    NOT_COVERED = "not_covered"
    HOLDOUT = "holdout"
    OUTSIDE_LAYER = "outside_layer"
    UNASSIGNED = "unassigned"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a user sees."""

    variant: str
    """Empty when the experiment leaves the user alone."""
    analysed: bool
    """Whether the user's outcomes count."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of an experiment does to its analysis."""

    opens_new_epoch: bool
    why: str
    """In words; empty when nothing changes for the analysis."""


def buckets(text: str) -> tuple[int, int]:
    """Returns the bucket of a string and the second number of its hash, both in [0, 2^64)."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")


def threshold(share: float) -> int:
    """Returns the number that buckets within a share are below."""
    return min(max(math.ceil(math.ldexp(share, 64)), 0), WHOLE)


def control_start(traffic: float) -> int:
    """Returns the first bucket of the control."""
    treated = threshold(traffic)
    return WHOLE - min(treated, WHOLE - treated)


def eligible(
    targeting: Targeting, tenant_id: str, task_type: str, domain_mode: str, attributes: Mapping[str, str]
) -> bool:
    """Tells whether a request meets all conditions; an empty domain counts as general."""
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
    """Assigns a user. The first rule that applies decides: state, tenant, force, targeting, holdout, layer, bucket."""
    if experiment.state is not State.RUNNING:
        return Assignment("", False, Reason.NOT_RUNNING)
    if experiment.tenant_id not in (EVERY_TENANT, tenant_id):
        return Assignment("", False, Reason.NOT_COVERED)
    if user_id in experiment.forced:
        return Assignment(experiment.forced[user_id], False, Reason.FORCED)
    if not user_id or not eligible(experiment.targeting, tenant_id, task_type, domain_mode, attributes or {}):
        return Assignment("", False, Reason.NOT_COVERED)
    group = experiment.layer or tenant_id
    if experiment.holdout > 0 and buckets(f"holdout:{group}:{user_id}")[0] < threshold(experiment.holdout):
        return Assignment("", False, Reason.HOLDOUT)
    if experiment.layer and not _in_slots(experiment, user_id):
        return Assignment("", False, Reason.OUTSIDE_LAYER)
    variant = variant_of(experiment, user_id)
    return Assignment(variant, bool(variant), Reason.BUCKET if variant else Reason.UNASSIGNED)


def variant_of(experiment: Experiment, user_id: str) -> str:
    """Returns the variant that a user's bucket falls into; empty between treatment and control."""
    bucket, second = buckets(f"{experiment.experiment_id}:{user_id}")
    if bucket < threshold(experiment.traffic):
        for name, below in _divided(experiment):
            if second < below:
                return name
    return experiment.control.name if bucket >= control_start(experiment.traffic) else ""


def expected_shares(experiment: Experiment) -> dict[str, float]:
    """Returns the share of all users that each variant is planned to get."""
    shares = {experiment.control.name: 1 - control_start(experiment.traffic) / WHOLE}
    start = 0
    for name, below in _divided(experiment):
        shares[name] = experiment.traffic * (below - start) / WHOLE
        start = below
    return shares


def _in_slots(experiment: Experiment, user_id: str) -> bool:
    """Tells whether a user's bucket in the layer belongs to the experiment."""
    start, end = experiment.layer_slots
    return threshold(start) <= buckets(f"{experiment.layer}:{user_id}")[0] < threshold(end)


def _divided(experiment: Experiment) -> list[tuple[str, int]]:
    """Returns each treatment with the number that its users' second numbers are below."""
    weights = [1.0 if each.weight is None else each.weight for each in experiment.treatments]
    total, run, parts = sum(weights), 0.0, []
    for variant, weight in zip(experiment.treatments, weights, strict=True):
        run += weight
        parts.append((variant.name, threshold(run / total) if total > 0 else WHOLE))
    return [*parts[:-1], (parts[-1][0], WHOLE)] if parts else []


def change(old: Experiment, new: Experiment) -> Change:
    """Tells whether a change moves users whose outcomes count, or changes what they see.

    Raising traffic to at most one half adds as many users to both groups and keeps the epoch. Beyond it the groups
    change in proportion; pooled over both proportions, a drift in time would look like an effect.
    """
    if [(each.name, each.config) for each in old.variants] != [(each.name, each.config) for each in new.variants]:
        return Change(True, "variants change")
    if _divided(old) != _divided(new):
        return Change(True, "weights change")
    if old.targeting != new.targeting:
        return Change(True, "targeting changes")
    if (old.layer, old.layer_slots, old.holdout) != (new.layer, new.layer_slots, new.holdout):
        return Change(True, "layer or holdout changes")
    moved = {user for user, _ in set(old.forced.items()) ^ set(new.forced.items())}
    if any(variant_of(old, user) for user in moved):
        return Change(True, "forced variants take or give back users whose outcomes count")
    if threshold(new.traffic) < threshold(old.traffic):
        return Change(True, "treated users move out of treatment")
    if control_start(new.traffic) > control_start(old.traffic):
        return Change(True, "controls move out of control")
    before, after = _sizes(old.traffic), _sizes(new.traffic)
    if before[0] * after[1] != before[1] * after[0] or (before != after and before == (0, 0)):
        return Change(True, "treatment and control change in proportion")
    return Change(False, "" if new.traffic == old.traffic else "only users without a variant join")


def _sizes(traffic: float) -> tuple[int, int]:
    """Returns how many buckets treatment and control own."""
    return threshold(traffic), WHOLE - control_start(traffic)
