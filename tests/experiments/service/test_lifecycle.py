"""From the draft to the end over the wire: what is refused, what is repeated, what is noted, what opens an epoch."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from radiant.experiments.v1 import experiment_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.serving import ADMIN, OPERATOR, Serving, config, draft, name, serving
from tests.support.suite import token

DRAFT, RUNNING, PAUSED, COMPLETED, CANCELLED = (
    experiment_pb2.EXPERIMENT_STATE_DRAFT,
    experiment_pb2.EXPERIMENT_STATE_RUNNING,
    experiment_pb2.EXPERIMENT_STATE_PAUSED,
    experiment_pb2.EXPERIMENT_STATE_COMPLETED,
    experiment_pb2.EXPERIMENT_STATE_CANCELLED,
)
PATHS = {
    DRAFT: (),
    RUNNING: ("Start",),
    PAUSED: ("Start", "Pause"),
    COMPLETED: ("Start", "Complete"),
    CANCELLED: ("Cancel",),
}
"""How each state is reached."""
RULES = {
    "Start": ("START_NEEDS_DRAFT", {DRAFT}, RUNNING),
    "Pause": ("PAUSE_NEEDS_RUNNING", {RUNNING}, PAUSED),
    "Resume": ("RESUME_NEEDS_PAUSED", {PAUSED}, RUNNING),
    "Complete": ("COMPLETE_NEEDS_STARTED", {RUNNING, PAUSED}, COMPLETED),
    "Cancel": ("CANCEL_NEEDS_OPEN", {DRAFT, RUNNING, PAUSED}, CANCELLED),
}
"""The rule of each transition, from where it may be made, and where it leads."""


def asked(verb: str, experiment_id: str, **more: Any) -> Any:
    """Builds the request of a transition."""
    return getattr(pb, f"{verb}ExperimentRequest")(request_id=name(), experiment_id=experiment_id, **more)


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("verb", RULES)
async def test_every_transition_from_every_state(service: Serving, state: Any, verb: str) -> None:
    experiment = await service.create()
    for step in PATHS[state]:
        experiment = await service.move(step, experiment)
    assert experiment.state == state
    rule, sources, target = RULES[verb]
    found = await service.said(f"{verb}Experiment", asked(verb, experiment.experiment_id))
    after = await service.shown(experiment.experiment_id)
    if state in sources:
        assert found == ("OK", [], "")
        assert (after.state, int(after.etag)) == (target, int(experiment.etag) + 1)
    else:
        assert found == ("FAILED_PRECONDITION", [], rule)
        assert after == experiment


async def test_no_traffic_no_start(service: Serving) -> None:
    made = await service.create(draft(traffic_percentage=0))
    found = await service.said("StartExperiment", asked("Start", made.experiment_id))
    assert found == ("FAILED_PRECONDITION", [], "START_NEEDS_TRAFFIC")


async def test_slots_of_a_layer_are_taken_until_the_end(service: Serving) -> None:
    first = await service.started(draft(layer="ui", layer_start=0.0, layer_end=0.5))
    second = await service.create(draft(layer="ui", layer_start=0.4, layer_end=1.0))
    start = asked("Start", second.experiment_id)
    taken: tuple[str, list[str], str] = ("FAILED_PRECONDITION", [], "LAYER_TAKEN")
    assert await service.said("StartExperiment", start) == taken
    first = await service.move("Pause", first)
    assert await service.said("StartExperiment", start) == taken
    beside = await service.started(draft(layer="ui", layer_start=0.5, layer_end=1.0))
    await service.move("Cancel", beside)
    await service.move("Complete", first)
    assert (await service.said("StartExperiment", start))[0] == "OK"


async def test_of_two_that_want_the_same_slots_at_once_one_starts(service: Serving, database_url: str) -> None:
    async with serving(database_url) as other:
        for _ in range(5):
            made = [await service.create(draft(layer="ui")) for _ in range(4)]
            calls = [
                (service, other)[index % 2].said("StartExperiment", asked("Start", each.experiment_id))
                for index, each in enumerate(made)
            ]
            found = await asyncio.gather(*calls)
            assert sorted(each[2] for each in found) == ["", "LAYER_TAKEN", "LAYER_TAKEN", "LAYER_TAKEN"]
            for each in made:
                await service.call("CancelExperiment", asked("Cancel", each.experiment_id))


async def test_another_etag_is_a_conflict(service: Serving) -> None:
    made = await service.create()
    started = await service.move("Start", made)
    for verb in ("Pause", "Complete", "Cancel"):
        found = await service.said(f"{verb}Experiment", asked(verb, made.experiment_id, etag=made.etag))
        assert found == ("ABORTED", [], "ETAG_MISMATCH"), verb
    stale = pb.UpdateExperimentRequest(
        request_id=name(), experiment_id=made.experiment_id, etag=made.etag, experiment=started
    )
    assert await service.said("UpdateExperiment", stale) == ("ABORTED", [], "ETAG_MISMATCH")
    roll = pb.StartRolloutRequest(request_id=name(), experiment_id=made.experiment_id, etag=made.etag)
    assert await service.said("StartRollout", roll) == ("ABORTED", [], "ETAG_MISMATCH")
    assert await service.shown(made.experiment_id) == started


async def test_of_many_at_once_with_one_etag_one_wins(service: Serving, database_url: str) -> None:
    started = await service.started()
    async with serving(database_url) as other:
        calls = [
            (service, other)[index % 2].said(
                "PauseExperiment", asked("Pause", started.experiment_id, etag=started.etag)
            )
            for index in range(12)
        ]
        found = await asyncio.gather(*calls)
    assert sorted(each[0] for each in found) == ["ABORTED"] * 11 + ["OK"]


async def test_a_repeat_gets_the_first_answer_to_the_byte(service: Serving, database_url: str) -> None:
    create = pb.CreateExperimentRequest(request_id=name(), experiment=draft())
    first = await service.call("CreateExperiment", create)
    start = asked("Start", first.experiment.experiment_id)
    started = await service.call("StartExperiment", start)
    await service.move("Pause", started.experiment)
    async with serving(database_url) as other:
        for server in (service, other):
            again = await server.call("CreateExperiment", create)
            assert again.SerializeToString() == first.SerializeToString()
            assert (await server.call("StartExperiment", start)).SerializeToString() == started.SerializeToString()
    count = await service.rows("SELECT count(*) FROM experiments.ab_experiments")
    assert count[0][0] == 1
    assert (await service.shown(first.experiment.experiment_id)).state == PAUSED


async def test_one_request_on_two_servers_at_once_is_made_once(service: Serving, database_url: str) -> None:
    create = pb.CreateExperimentRequest(request_id=name(), experiment=draft())
    async with serving(database_url) as other:
        found = await asyncio.gather(
            *((service, other)[each % 2].said("CreateExperiment", create) for each in range(8))
        )
        assert {each[0] for each in found} <= {"OK", "ABORTED"}
        assert (await other.said("CreateExperiment", create))[0] == "OK"
    assert (await service.rows("SELECT count(*) FROM experiments.ab_experiments"))[0][0] == 1


async def test_a_request_id_stands_for_one_request(service: Serving) -> None:
    create = pb.CreateExperimentRequest(request_id=name(), experiment=draft())
    made = (await service.call("CreateExperiment", create)).experiment
    create.experiment.display_name = "another"
    reused = ("INVALID_ARGUMENT", ["request_id"], "REQUEST_ID_REUSED")
    assert await service.said("CreateExperiment", create) == reused
    start = pb.StartExperimentRequest(request_id=create.request_id, experiment_id=made.experiment_id)
    assert await service.said("StartExperiment", start) == reused
    other = token("globex", "admin")
    assert (await service.said("CreateExperiment", create, other))[0] == "OK"


async def test_a_refusal_is_not_kept(service: Serving) -> None:
    made = await service.create()
    pause = asked("Pause", made.experiment_id)
    assert (await service.said("PauseExperiment", pause))[0] == "FAILED_PRECONDITION"
    await service.move("Start", made)
    assert (await service.said("PauseExperiment", pause))[0] == "OK"


async def test_every_change_is_noted(service: Serving) -> None:
    made = await service.create()
    edited = (await service.edited(made, traffic_percentage=0.2)).experiment
    started = await service.move("Start", edited)
    paused = await service.move("Pause", started)
    resumed = await service.move("Resume", paused)
    await service.said("StartExperiment", asked("Start", made.experiment_id))
    await service.move("Complete", resumed)
    rows = await service.rows(
        "SELECT tenant_id, service, actor, action, reason, detail -> 'definition' ->> 'traffic' AS traffic"
        " FROM ingest.audit_log WHERE target = $1 ORDER BY sequence",
        made.experiment_id,
    )
    assert [(row["action"].removeprefix("experiment."), row["reason"], row["traffic"]) for row in rows] == [
        ("create", "", "0.5"),
        ("update", "", "0.2"),
        ("start", "for a test", "0.2"),
        ("pause", "for a test", "0.2"),
        ("resume", "for a test", "0.2"),
        ("complete", "for a test", "0.2"),
    ]
    assert {(row["tenant_id"], row["service"], row["actor"]) for row in rows} == {("acme", "experiments", "test")}


@pytest.mark.parametrize(
    ("before", "after", "opens"),
    [
        ({"traffic_percentage": 0.1}, {"traffic_percentage": 0.25}, False),
        ({"traffic_percentage": 0.25}, {"traffic_percentage": 0.5}, False),
        ({"traffic_percentage": 0.5}, {"traffic_percentage": 0.75}, True),
        ({"traffic_percentage": 0.5}, {"traffic_percentage": 0.25}, True),
        ({}, {"display_name": "renamed"}, False),
        ({}, {"holdout": 0.1}, True),
    ],
)
async def test_what_opens_an_epoch(service: Serving, before: Any, after: Any, opens: bool) -> None:
    experiment = await service.started(draft(**before))
    answer = await service.edited(experiment, **after)
    assert (answer.opened_epoch, answer.experiment.epoch) == (opens, 2 if opens else 1)
    epochs = await service.rows("SELECT epoch FROM experiments.epochs ORDER BY epoch")
    assert [row["epoch"] for row in epochs] == ([1, 2] if opens else [1])


async def test_targeting_and_weights_open_an_epoch_and_drafts_never_do(service: Serving) -> None:
    third = experiment_pb2.Variant(name="third", config=config({"model": "huge"}))
    made = await service.create(draft(variants=[*draft().variants, third]))
    made.targeting.task_types.append("chat")
    changed = await service.edited(made)
    assert (changed.opened_epoch, list(changed.experiment.targeting.task_types)) == (False, ["chat"])
    started = await service.move("Start", changed.experiment)
    started.targeting.task_types.append("code")
    second = await service.edited(started)
    assert (second.opened_epoch, second.experiment.epoch) == (True, 2)
    second.experiment.variants[2].weight = 3
    third_epoch = await service.edited(second.experiment)
    assert (third_epoch.opened_epoch, third_epoch.experiment.epoch) == (True, 3)


async def test_what_was_promised_stands(service: Serving) -> None:
    started = await service.started()
    for change in ({"hypothesis": "other"}, {"alpha": 0.1}, {"users_min": 5}, {"winner_rule": 2}, {"layer": "x"}):
        request = pb.UpdateExperimentRequest(request_id=name(), experiment_id=started.experiment_id, experiment=started)
        for field, value in change.items():
            setattr(request.experiment, field, value)
        found = await service.said("UpdateExperiment", request)
        assert found == ("FAILED_PRECONDITION", [], "EDIT_AFTER_START"), change
    request = pb.UpdateExperimentRequest(request_id=name(), experiment_id=started.experiment_id, experiment=started)
    request.experiment.variants[1].config.update({"model": "other"})
    assert (await service.said("UpdateExperiment", request))[2] == "EDIT_AFTER_START"
    ended = await service.move("Complete", started)
    request.experiment.CopyFrom(ended)
    request.experiment.traffic_percentage = 0.3
    assert (await service.said("UpdateExperiment", request))[2] == "EDIT_AFTER_END"
    assert (await service.edited(ended, display_name="renamed")).experiment.display_name == "renamed"


async def test_times_are_told_and_the_end_stays(service: Serving) -> None:
    made = await service.create()
    assert not made.HasField("start_time")
    started = await service.move("Start", made)
    paused = await service.move("Pause", started)
    resumed = await service.move("Resume", paused)
    assert resumed.start_time == started.start_time
    ended = await service.move("Complete", resumed)
    renamed = (await service.edited(ended, display_name="renamed")).experiment
    assert renamed.end_time.seconds
    assert renamed.end_time == ended.end_time


async def test_an_operator_changes_for_a_tenant_it_names(service: Serving) -> None:
    made = await service.create()
    start = asked("Start", made.experiment_id)
    assert (await service.said("StartExperiment", start, OPERATOR))[0] == "NOT_FOUND"
    start.tenant_id = "acme"
    assert (await service.said("StartExperiment", start, OPERATOR))[0] == "OK"
    assert (await service.shown(made.experiment_id, ADMIN)).state == RUNNING
