"""Lifecycle of experiments: the transitions and edits that each state allows.

    draft -> running <-> paused        running, paused -> completed        draft, running, paused -> cancelled

Hypothesis, metrics, thresholds and variants cannot change after the start: an edit that depends on the results would
invalidate them. A refused transition or edit raises Precondition, whose reason names the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime

from kit.errors import Precondition
from splits.assignment import EditEffect, edit_effect
from splits.model import EVERY_TENANT, Experiment, State

IDENTITY = frozenset({"experiment_id", "tenant_id", "state", "epoch", "started_at", "etag"})
"""Fields that are set by the service and by transitions and cannot be edited."""
EDITABLE_WHILE_STARTED = frozenset({"name", "traffic", "targeting", "forced", "layer_slots", "holdout", "variants"})
"""Fields that can be edited while the experiment is running or paused; of variants, only the weights."""
EDITABLE_AFTER_END = frozenset({"name"})


def start(experiment: Experiment, now: datetime, others: Iterable[Experiment] = ()) -> Experiment:
    """Returns a started draft. `others` are running and paused experiments, which must not share slots of the layer."""
    _require_state(experiment, "START_NEEDS_DRAFT", State.DRAFT)
    if not experiment.treatments:
        raise Precondition(
            "The experiment has no treatment. Add a variant before the start.", reason="START_NEEDS_TREATMENT"
        )
    if experiment.traffic <= 0:
        raise Precondition(
            "The traffic percentage of the experiment is 0. Raise it before the start.", reason="START_NEEDS_TRAFFIC"
        )
    _require_free_slots(experiment, others)
    return replace(experiment, state=State.RUNNING, started_at=now)


def pause(experiment: Experiment) -> Experiment:
    """Returns a paused experiment, which assigns no user. It keeps its slots of the layer."""
    _require_state(experiment, "PAUSE_NEEDS_RUNNING", State.RUNNING)
    return replace(experiment, state=State.PAUSED)


def resume(experiment: Experiment) -> Experiment:
    """Returns a resumed experiment in the same epoch."""
    _require_state(experiment, "RESUME_NEEDS_PAUSED", State.PAUSED)
    return replace(experiment, state=State.RUNNING)


def complete(experiment: Experiment) -> Experiment:
    """Returns a completed experiment, whose results stay available."""
    _require_state(experiment, "COMPLETE_NEEDS_STARTED", State.RUNNING, State.PAUSED)
    return replace(experiment, state=State.COMPLETED)


def cancel(experiment: Experiment) -> Experiment:
    """Returns a cancelled experiment. An ended experiment cannot be cancelled."""
    _require_state(experiment, "CANCEL_NEEDS_OPEN", State.DRAFT, State.RUNNING, State.PAUSED)
    return replace(experiment, state=State.CANCELLED)


def edit(old: Experiment, new: Experiment, others: Iterable[Experiment] = ()) -> tuple[Experiment, EditEffect]:
    """Returns the edited experiment, in a new epoch if the change requires one, and the effect on the analysis.

    The fields of IDENTITY are taken from `old`. Raises Precondition (EDIT_AFTER_START, EDIT_AFTER_END, LAYER_TAKEN).
    """
    new = replace(new, **{name: getattr(old, name) for name in IDENTITY})
    changed = {each.name for each in fields(Experiment) if getattr(old, each.name) != getattr(new, each.name)}
    if old.state is State.DRAFT:
        return new, EditEffect(False, "")
    is_ended = old.state in (State.COMPLETED, State.CANCELLED)
    if refused := sorted(changed - (EDITABLE_AFTER_END if is_ended else EDITABLE_WHILE_STARTED)):
        reason = "EDIT_AFTER_END" if is_ended else "EDIT_AFTER_START"
        raise Precondition(
            f"These fields of a {old.state} experiment cannot change: {', '.join(refused)}.",
            reason=reason,
            fields=",".join(refused),
        )
    if "variants" in changed and _without_weights(old) != _without_weights(new):
        raise Precondition(
            f"Variants of a {old.state} experiment cannot change, except for their weights.",
            reason="EDIT_AFTER_START",
            fields="variants",
        )
    if "layer_slots" in changed:
        _require_free_slots(new, others)
    effect = edit_effect(old, new)
    return (replace(new, epoch=old.epoch + 1) if effect.opens_new_epoch else new), effect


def _without_weights(experiment: Experiment) -> list[tuple[str, object]]:
    """Returns names and configurations of the variants."""
    return [(variant.name, variant.config) for variant in experiment.variants]


def _require_state(experiment: Experiment, rule: str, *states: State) -> None:
    """Raises Precondition unless the experiment is in one of the states."""
    if experiment.state not in states:
        allowed = " or ".join(states)
        raise Precondition(
            f"The experiment is {experiment.state}; this requires state {allowed}.", reason=rule, state=experiment.state
        )


def _require_free_slots(experiment: Experiment, others: Iterable[Experiment]) -> None:
    """Raises Precondition (LAYER_TAKEN) when another started experiment has some of the same slots of the layer."""
    for other in others:
        if (
            experiment.layer
            and other.layer == experiment.layer
            and other.experiment_id != experiment.experiment_id
            and other.state in (State.RUNNING, State.PAUSED)
            and (EVERY_TENANT in (other.tenant_id, experiment.tenant_id) or other.tenant_id == experiment.tenant_id)
            and max(other.layer_slots[0], experiment.layer_slots[0])
            < min(other.layer_slots[1], experiment.layer_slots[1])
        ):
            raise Precondition(
                "Another started experiment has some of these slots. Choose free slots or end that experiment.",
                reason="LAYER_TAKEN",
                experiment_id=other.experiment_id,
            )
