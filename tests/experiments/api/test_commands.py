"""Changes of experiments by gRPC: rules, repeats, concurrency, audit entries and epochs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from radiant.experiments.v1 import experiment_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.service import ADMIN, OPERATOR, ExperimentsService, config, draft, new_id, open_service
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
"""Transitions from a draft to each state."""
RULES = {
    "Start": ("START_NEEDS_DRAFT", {DRAFT}, RUNNING),
    "Pause": ("PAUSE_NEEDS_RUNNING", {RUNNING}, PAUSED),
    "Resume": ("RESUME_NEEDS_PAUSED", {PAUSED}, RUNNING),
    "Complete": ("COMPLETE_NEEDS_STARTED", {RUNNING, PAUSED}, COMPLETED),
    "Cancel": ("CANCEL_NEEDS_OPEN", {DRAFT, RUNNING, PAUSED}, CANCELLED),
}
"""Rule, source states and target state of each transition."""


def transition_request(verb: str, experiment_id: str, **more: Any) -> Any:
    """Returns the request of a transition."""
    return getattr(pb, f"{verb}ExperimentRequest")(request_id=new_id(), experiment_id=experiment_id, **more)


def update_request(experiment: experiment_pb2.Experiment) -> pb.UpdateExperimentRequest:
    """Returns a request that updates an experiment without an etag."""
    return pb.UpdateExperimentRequest(
        request_id=new_id(), experiment_id=experiment.experiment_id, experiment=experiment
    )


@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("verb", RULES)
async def test_transition_by_call_is_allowed_in_its_source_states_only(
    service: ExperimentsService, state: Any, verb: str
) -> None:
    experiment = await service.create()
    for step in PATHS[state]:
        experiment = await service.move(step, experiment)
    assert experiment.state == state
    rule, sources, target = RULES[verb]
    found = await service.status_of(f"{verb}Experiment", transition_request(verb, experiment.experiment_id))
    after = await service.get(experiment.experiment_id)
    if state in sources:
        assert found == ("OK", [], "")
        assert (after.state, int(after.etag)) == (target, int(experiment.etag) + 1)
    else:
        assert found == ("FAILED_PRECONDITION", [], rule)
        assert after == experiment


async def test_start_without_traffic_is_refused(service: ExperimentsService) -> None:
    made = await service.create(draft(traffic_percentage=0))
    found = await service.status_of("StartExperiment", transition_request("Start", made.experiment_id))
    assert found == ("FAILED_PRECONDITION", [], "START_NEEDS_TRAFFIC")


async def test_slots_of_a_layer_are_free_after_the_end(service: ExperimentsService) -> None:
    first = await service.started(draft(layer="ui", layer_start=0.0, layer_end=0.5))
    second = await service.create(draft(layer="ui", layer_start=0.4, layer_end=1.0))
    start = transition_request("Start", second.experiment_id)
    taken: tuple[str, list[str], str] = ("FAILED_PRECONDITION", [], "LAYER_TAKEN")
    assert await service.status_of("StartExperiment", start) == taken
    first = await service.move("Pause", first)
    assert await service.status_of("StartExperiment", start) == taken
    beside = await service.started(draft(layer="ui", layer_start=0.5, layer_end=1.0))
    await service.move("Cancel", beside)
    await service.move("Complete", first)
    assert (await service.status_of("StartExperiment", start))[0] == "OK"


async def test_concurrent_starts_with_the_same_slots_start_one_experiment(
    service: ExperimentsService, database_url: str
) -> None:
    async with open_service(database_url) as other:
        for _ in range(5):
            drafts = [await service.create(draft(layer="ui")) for _ in range(4)]
            calls = [
                (service, other)[index % 2].status_of(
                    "StartExperiment", transition_request("Start", each.experiment_id)
                )
                for index, each in enumerate(drafts)
            ]
            found = await asyncio.gather(*calls)
            assert sorted(each[2] for each in found) == ["", "LAYER_TAKEN", "LAYER_TAKEN", "LAYER_TAKEN"]
            for each in drafts:
                await service.call("CancelExperiment", transition_request("Cancel", each.experiment_id))


async def test_change_with_stale_etag_is_aborted(service: ExperimentsService) -> None:
    made = await service.create()
    started = await service.move("Start", made)
    for verb in ("Pause", "Complete", "Cancel"):
        found = await service.status_of(
            f"{verb}Experiment", transition_request(verb, made.experiment_id, etag=made.etag)
        )
        assert found == ("ABORTED", [], "ETAG_MISMATCH"), verb
    stale = pb.UpdateExperimentRequest(
        request_id=new_id(), experiment_id=made.experiment_id, etag=made.etag, experiment=started
    )
    assert await service.status_of("UpdateExperiment", stale) == ("ABORTED", [], "ETAG_MISMATCH")
    roll = pb.StartRolloutRequest(request_id=new_id(), experiment_id=made.experiment_id, etag=made.etag)
    assert await service.status_of("StartRollout", roll) == ("ABORTED", [], "ETAG_MISMATCH")
    assert await service.get(made.experiment_id) == started


async def test_concurrent_changes_with_one_etag_apply_one(service: ExperimentsService, database_url: str) -> None:
    started = await service.started()
    async with open_service(database_url) as other:
        calls = [
            (service, other)[index % 2].status_of(
                "PauseExperiment", transition_request("Pause", started.experiment_id, etag=started.etag)
            )
            for index in range(12)
        ]
        found = await asyncio.gather(*calls)
    assert sorted(each[0] for each in found) == ["ABORTED"] * 11 + ["OK"]


async def test_repeated_request_returns_the_same_bytes(service: ExperimentsService, database_url: str) -> None:
    create = pb.CreateExperimentRequest(request_id=new_id(), experiment=draft())
    first = await service.call("CreateExperiment", create)
    start = transition_request("Start", first.experiment.experiment_id)
    started = await service.call("StartExperiment", start)
    await service.move("Pause", started.experiment)
    async with open_service(database_url) as other:
        for server in (service, other):
            repeated = await server.call("CreateExperiment", create)
            assert repeated.SerializeToString() == first.SerializeToString()
            assert (await server.call("StartExperiment", start)).SerializeToString() == started.SerializeToString()
    count = await service.rows("SELECT count(*) FROM experiments.ab_experiments")
    assert count[0][0] == 1
    assert (await service.get(first.experiment.experiment_id)).state == PAUSED


async def test_concurrent_repeats_on_two_servers_create_one_experiment(
    service: ExperimentsService, database_url: str
) -> None:
    create = pb.CreateExperimentRequest(request_id=new_id(), experiment=draft())
    async with open_service(database_url) as other:
        found = await asyncio.gather(
            *((service, other)[each % 2].status_of("CreateExperiment", create) for each in range(8))
        )
        assert {each[0] for each in found} <= {"OK", "ABORTED"}
        assert (await other.status_of("CreateExperiment", create))[0] == "OK"
    assert (await service.rows("SELECT count(*) FROM experiments.ab_experiments"))[0][0] == 1


async def test_request_id_of_another_request_is_invalid(service: ExperimentsService) -> None:
    create = pb.CreateExperimentRequest(request_id=new_id(), experiment=draft())
    made = (await service.call("CreateExperiment", create)).experiment
    create.experiment.display_name = "another"
    reused = ("INVALID_ARGUMENT", ["request_id"], "REQUEST_ID_REUSED")
    assert await service.status_of("CreateExperiment", create) == reused
    start = pb.StartExperimentRequest(request_id=create.request_id, experiment_id=made.experiment_id)
    assert await service.status_of("StartExperiment", start) == reused
    other = token("globex", "admin")
    assert (await service.status_of("CreateExperiment", create, other))[0] == "OK"


async def test_refused_request_can_be_repeated(service: ExperimentsService) -> None:
    made = await service.create()
    pause = transition_request("Pause", made.experiment_id)
    assert (await service.status_of("PauseExperiment", pause))[0] == "FAILED_PRECONDITION"
    await service.move("Start", made)
    assert (await service.status_of("PauseExperiment", pause))[0] == "OK"


async def test_every_change_has_an_audit_entry(service: ExperimentsService) -> None:
    made = await service.create()
    edited = (await service.edited(made, traffic_percentage=0.2)).experiment
    started = await service.move("Start", edited)
    paused = await service.move("Pause", started)
    resumed = await service.move("Resume", paused)
    await service.status_of("StartExperiment", transition_request("Start", made.experiment_id))
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
async def test_update_opens_epoch_when_required(
    service: ExperimentsService, before: Any, after: Any, opens: bool
) -> None:
    experiment = await service.started(draft(**before))
    answer = await service.edited(experiment, **after)
    assert (answer.opened_epoch, answer.experiment.epoch) == (opens, 2 if opens else 1)
    epochs = await service.rows("SELECT epoch FROM experiments.epochs ORDER BY epoch")
    assert [row["epoch"] for row in epochs] == ([1, 2] if opens else [1])


async def test_update_of_targeting_or_weights_opens_epoch_after_start_only(service: ExperimentsService) -> None:
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


async def test_update_of_fixed_field_after_start_is_refused(service: ExperimentsService) -> None:
    started = await service.started()
    for change in ({"hypothesis": "other"}, {"alpha": 0.1}, {"users_min": 5}, {"winner_rule": 2}, {"layer": "x"}):
        request = pb.UpdateExperimentRequest(
            request_id=new_id(), experiment_id=started.experiment_id, experiment=started
        )
        for field, value in change.items():
            setattr(request.experiment, field, value)
        found = await service.status_of("UpdateExperiment", request)
        assert found == ("FAILED_PRECONDITION", [], "EDIT_AFTER_START"), change
    request = update_request(started)
    request.experiment.variants[1].config.update({"model": "other"})
    assert (await service.status_of("UpdateExperiment", request))[2] == "EDIT_AFTER_START"
    ended = await service.move("Complete", started)
    request.experiment.CopyFrom(ended)
    request.experiment.traffic_percentage = 0.3
    assert (await service.status_of("UpdateExperiment", request))[2] == "EDIT_AFTER_END"
    assert (await service.edited(ended, display_name="renamed")).experiment.display_name == "renamed"


async def test_start_and_end_times_after_later_changes_stay_the_same(service: ExperimentsService) -> None:
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


async def test_operator_changes_experiment_of_named_tenant(service: ExperimentsService) -> None:
    made = await service.create()
    start = transition_request("Start", made.experiment_id)
    assert (await service.status_of("StartExperiment", start, OPERATOR))[0] == "NOT_FOUND"
    start.tenant_id = "acme"
    assert (await service.status_of("StartExperiment", start, OPERATOR))[0] == "OK"
    assert (await service.get(made.experiment_id, ADMIN)).state == RUNNING
