"""What may be done with an experiment when.

    draft -> running <-> paused        running, paused -> completed        draft, running, paused -> cancelled

What was promised before the start (hypothesis, metrics, thresholds, variants) stands from then on: changing it with
the results in view would let anybody win. Every refusal is a Precondition whose reason names the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime

from kit.errors import Precondition
from splits.assignment import Change, change
from splits.model import EVERY_TENANT, Experiment, State

IDENTITY = frozenset({"experiment_id", "tenant_id", "state", "epoch", "started_at", "etag"})
"""Never edited: set by the service and by transitions."""
WHILE_STARTED = frozenset({"name", "traffic", "targeting", "forced", "layer_slots", "holdout", "variants"})
"""What may be edited while running or paused; of variants, only weights."""
AFTERWARDS = frozenset({"name"})


def start(experiment: Experiment, now: datetime, others: Iterable[Experiment] = ()) -> Experiment:
    """Starts a draft. `others` are the experiments that run or pause; a shared slot of a layer is refused."""
    _need(experiment, "START_NEEDS_DRAFT", State.DRAFT)
    if not experiment.treatments:
        raise Precondition("An experiment needs a treatment before it starts.", reason="START_NEEDS_TREATMENT")
    if experiment.traffic <= 0:
        raise Precondition("An experiment without traffic finds nothing.", reason="START_NEEDS_TRAFFIC")
    _need_free_slots(experiment, others)
    return replace(experiment, state=State.RUNNING, started_at=now)


def pause(experiment: Experiment) -> Experiment:
    """Pauses: nobody is assigned until it resumes; its slots of a layer stay taken."""
    _need(experiment, "PAUSE_NEEDS_RUNNING", State.RUNNING)
    return replace(experiment, state=State.PAUSED)


def resume(experiment: Experiment) -> Experiment:
    """Resumes a paused experiment in the epoch it was in."""
    _need(experiment, "RESUME_NEEDS_PAUSED", State.PAUSED)
    return replace(experiment, state=State.RUNNING)


def complete(experiment: Experiment) -> Experiment:
    """Completes a started experiment; its results stay."""
    _need(experiment, "COMPLETE_NEEDS_STARTED", State.RUNNING, State.PAUSED)
    return replace(experiment, state=State.COMPLETED)


def cancel(experiment: Experiment) -> Experiment:
    """Cancels an experiment that has not ended."""
    _need(experiment, "CANCEL_NEEDS_OPEN", State.DRAFT, State.RUNNING, State.PAUSED)
    return replace(experiment, state=State.CANCELLED)


def edit(old: Experiment, new: Experiment, others: Iterable[Experiment] = ()) -> tuple[Experiment, Change]:
    """Applies a change and opens a new epoch where the change needs one.

    Returns the experiment to store, and what the change does to the analysis. Identity is taken from `old`.
    """
    new = replace(new, **{name: getattr(old, name) for name in IDENTITY})
    changed = {each.name for each in fields(Experiment) if getattr(old, each.name) != getattr(new, each.name)}
    if old.state is State.DRAFT:
        return new, Change(False, "")
    ended = old.state in (State.COMPLETED, State.CANCELLED)
    if refused := sorted(changed - (AFTERWARDS if ended else WHILE_STARTED)):
        reason = "EDIT_AFTER_END" if ended else "EDIT_AFTER_START"
        raise Precondition(
            f"A {old.state} experiment keeps its {', '.join(refused)}.", reason=reason, fields=",".join(refused)
        )
    if "variants" in changed and _promised(old) != _promised(new):
        raise Precondition(
            f"A {old.state} experiment keeps its variants; only their weights may change.",
            reason="EDIT_AFTER_START",
            fields="variants",
        )
    if "layer_slots" in changed:
        _need_free_slots(new, others)
    effect = change(old, new)
    return (replace(new, epoch=old.epoch + 1) if effect.opens_new_epoch else new), effect


def _promised(experiment: Experiment) -> list[tuple[str, object]]:
    """Returns what variants are, without their weights."""
    return [(variant.name, variant.config) for variant in experiment.variants]


def _need(experiment: Experiment, rule: str, *states: State) -> None:
    """Raises Precondition unless the experiment is in one of some states."""
    if experiment.state not in states:
        allowed = " or ".join(states)
        raise Precondition(
            f"This needs a {allowed} experiment; this one is {experiment.state}.", reason=rule, state=experiment.state
        )


def _need_free_slots(experiment: Experiment, others: Iterable[Experiment]) -> None:
    """Raises Precondition when another started experiment holds a part of the same slots of the layer."""
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
                "Another experiment holds a part of these slots of the layer.",
                reason="LAYER_TAKEN",
                experiment_id=other.experiment_id,
            )
