"""What may be done when, and which rule says no."""

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
    told: dict[str, Any] = {"experiment_id": "e", "tenant_id": "acme", "state": state, "variants": PAIR}
    return Experiment(**(told | changed))


ALLOWED = {
    "start": {State.DRAFT},
    "pause": {State.RUNNING},
    "resume": {State.PAUSED},
    "complete": {State.RUNNING, State.PAUSED},
    "cancel": {State.DRAFT, State.RUNNING, State.PAUSED},
}
MOVES: dict[str, tuple[Callable[[Experiment], Experiment], State, str]] = {
    "start": (lambda each: start(each, NOW), State.RUNNING, "START_NEEDS_DRAFT"),
    "pause": (pause, State.PAUSED, "PAUSE_NEEDS_RUNNING"),
    "resume": (resume, State.RUNNING, "RESUME_NEEDS_PAUSED"),
    "complete": (complete, State.COMPLETED, "COMPLETE_NEEDS_STARTED"),
    "cancel": (cancel, State.CANCELLED, "CANCEL_NEEDS_OPEN"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", MOVES)
def test_every_transition_from_every_state(move: str, state: State) -> None:
    do, after, rule = MOVES[move]
    if state in ALLOWED[move]:
        assert do(experiment(state)).state is after
        return
    with pytest.raises(Precondition) as refused:
        do(experiment(state))
    assert refused.value.reason == rule
    assert refused.value.metadata["state"] == state


def test_the_start_is_remembered() -> None:
    assert start(experiment(), NOW).started_at == NOW


@pytest.mark.parametrize(
    ("changed", "rule"), [({"variants": PAIR[:1]}, "START_NEEDS_TREATMENT"), ({"traffic": 0.0}, "START_NEEDS_TRAFFIC")]
)
def test_a_start_that_could_find_nothing(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(Precondition) as refused:
        start(experiment(**changed), NOW)
    assert refused.value.reason == rule


@pytest.mark.parametrize(
    ("other", "taken"),
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
def test_slots_of_a_layer_are_held_once(other: dict[str, Any], taken: bool) -> None:
    held = experiment(**({"state": State.RUNNING, "experiment_id": "other", "layer": "routing"} | other))
    mine = experiment(layer="routing", layer_slots=(0.0, 0.5))
    if not taken:
        assert start(mine, NOW, [held]).state is State.RUNNING
        return
    with pytest.raises(Precondition) as refused:
        start(mine, NOW, [held])
    assert (refused.value.reason, refused.value.metadata) == ("LAYER_TAKEN", {"experiment_id": "other"})


def test_a_draft_may_change_but_for_its_identity() -> None:
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
def test_what_may_change_while_it_runs(state: State, changed: dict[str, Any], epoch: int) -> None:
    before = experiment(state, traffic=0.1)
    stored, effect = edit(before, replace(before, **changed))
    assert stored.epoch == epoch
    assert effect.opens_new_epoch is (epoch == 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"hypothesis": "what came out"},
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
def test_promises_stand_once_it_runs(changed: dict[str, Any]) -> None:
    before = experiment(State.RUNNING)
    with pytest.raises(Precondition) as refused:
        edit(before, replace(before, **changed))
    assert refused.value.reason == "EDIT_AFTER_START"
    assert refused.value.metadata["fields"] in changed


def test_weights_may_change_and_open_an_epoch() -> None:
    before = experiment(State.RUNNING, variants=(*PAIR, Variant(name="third")))
    heavier = (*PAIR, Variant(name="third", weight=3.0))
    assert edit(before, replace(before, variants=heavier))[0].epoch == 2


def test_an_ended_experiment_keeps_all_but_its_name() -> None:
    before = experiment(State.COMPLETED)
    assert edit(before, replace(before, name="known"))[0].name == "known"
    with pytest.raises(Precondition) as refused:
        edit(before, replace(before, traffic=0.1))
    assert refused.value.reason == "EDIT_AFTER_END"
