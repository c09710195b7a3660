"""Transitions and edits by state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from experiments.domain.lifecycle import cancel, complete, edit, pause, resume, start
from kit.errors import Precondition
from splits.model import Experiment, Metric, State, Targeting, Variant, WinnerRule

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIR = (Variant(name="control"), Variant(name="new", config={"model": "m"}))


def experiment(state: State = State.DRAFT, **changed: Any) -> Experiment:
    fields: dict[str, Any] = {"experiment_id": "e", "tenant_id": "acme", "state": state, "variants": PAIR}
    return Experiment(**(fields | changed))


SOURCES = {
    "start": {State.DRAFT},
    "pause": {State.RUNNING},
    "resume": {State.PAUSED},
    "complete": {State.RUNNING, State.PAUSED},
    "cancel": {State.DRAFT, State.RUNNING, State.PAUSED},
}
TRANSITIONS: dict[str, tuple[Callable[[Experiment], Experiment], State, str]] = {
    "start": (lambda each: start(each, NOW), State.RUNNING, "START_NEEDS_DRAFT"),
    "pause": (pause, State.PAUSED, "PAUSE_NEEDS_RUNNING"),
    "resume": (resume, State.RUNNING, "RESUME_NEEDS_PAUSED"),
    "complete": (complete, State.COMPLETED, "COMPLETE_NEEDS_STARTED"),
    "cancel": (cancel, State.CANCELLED, "CANCEL_NEEDS_OPEN"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", TRANSITIONS)
def test_transition_is_allowed_in_its_source_states_only(name: str, state: State) -> None:
    transition, after, rule = TRANSITIONS[name]
    if state in SOURCES[name]:
        assert transition(experiment(state)).state is after
        return
    with pytest.raises(Precondition) as error:
        transition(experiment(state))
    assert error.value.reason == rule
    assert error.value.metadata["state"] == state


def test_start_sets_start_time() -> None:
    assert start(experiment(), NOW).started_at == NOW


@pytest.mark.parametrize(
    ("changed", "rule"), [({"variants": PAIR[:1]}, "START_NEEDS_TREATMENT"), ({"traffic": 0.0}, "START_NEEDS_TRAFFIC")]
)
def test_start_without_treatment_or_traffic_is_refused(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(Precondition) as error:
        start(experiment(**changed), NOW)
    assert error.value.reason == rule


@pytest.mark.parametrize(
    ("other", "is_taken"),
    [
        ({"layer_slots": (0.4, 0.6)}, True),
        ({"layer_slots": (0.4, 0.6), "tenant_id": ""}, True),
        ({"layer_slots": (0.4, 0.6), "state": State.PAUSED}, True),
        ({"layer_slots": (0.5, 0.6)}, False),
        ({"layer_slots": (0.4, 0.6), "tenant_id": "other"}, False),
        ({"layer_slots": (0.4, 0.6), "layer": "another"}, False),
        ({"layer_slots": (0.4, 0.6), "state": State.COMPLETED}, False),
        ({"layer_slots": (0.4, 0.6), "experiment_id": "e"}, False),
    ],
)
def test_start_with_slots_of_another_experiment_is_refused(other: dict[str, Any], is_taken: bool) -> None:
    held = experiment(**({"state": State.RUNNING, "experiment_id": "other", "layer": "routing"} | other))
    mine = experiment(layer="routing", layer_slots=(0.0, 0.5))
    if not is_taken:
        assert start(mine, NOW, [held]).state is State.RUNNING
        return
    with pytest.raises(Precondition) as error:
        start(mine, NOW, [held])
    assert (error.value.reason, error.value.metadata) == ("LAYER_TAKEN", {"experiment_id": "other"})


def test_edit_of_draft_changes_all_fields_but_identity() -> None:
    wanted = experiment(State.RUNNING, experiment_id="x", tenant_id="y", epoch=9, hypothesis="faster", alpha=0.01)
    stored, effect = edit(experiment(), wanted)
    assert stored == experiment(hypothesis="faster", alpha=0.01)
    assert not effect.opens_new_epoch


@pytest.mark.parametrize(
    ("changed", "epoch"),
    [
        ({"name": "better"}, 1),
        ({"traffic": 0.25}, 1),
        ({"traffic": 0.75}, 2),
        ({"targeting": Targeting(task_types=frozenset({"code"}))}, 2),
        ({"holdout": 0.1}, 2),
    ],
)
@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED])
def test_edit_of_started_experiment_opens_epoch_when_required(
    state: State, changed: dict[str, Any], epoch: int
) -> None:
    old = experiment(state, traffic=0.1)
    stored, effect = edit(old, replace(old, **changed))
    assert stored.epoch == epoch
    assert effect.opens_new_epoch is (epoch == 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"hypothesis": "edited"},
        {"metrics": (Metric(name="clicks"),)},
        {"alpha": 0.2},
        {"min_per_group": 10},
        {"min_duration": timedelta(hours=1)},
        {"winner_rule": WinnerRule.NON_INFERIOR_CHEAPER},
        {"variants": (PAIR[0], Variant(name="new", config={"model": "other"}))},
        {"variants": (*PAIR, Variant(name="third"))},
        {"layer": "routing"},
    ],
)
def test_edit_of_fixed_field_after_start_is_refused(changed: dict[str, Any]) -> None:
    old = experiment(State.RUNNING)
    with pytest.raises(Precondition) as error:
        edit(old, replace(old, **changed))
    assert error.value.reason == "EDIT_AFTER_START"
    assert error.value.metadata["fields"] in changed


def test_edit_of_weights_opens_epoch() -> None:
    old = experiment(State.RUNNING, variants=(*PAIR, Variant(name="third")))
    reweighted = (*PAIR, Variant(name="third", weight=3.0))
    assert edit(old, replace(old, variants=reweighted))[0].epoch == 2


def test_edit_after_end_changes_name_only() -> None:
    old = experiment(State.COMPLETED)
    assert edit(old, replace(old, name="renamed"))[0].name == "renamed"
    with pytest.raises(Precondition) as error:
        edit(old, replace(old, traffic=0.1))
    assert error.value.reason == "EDIT_AFTER_END"
