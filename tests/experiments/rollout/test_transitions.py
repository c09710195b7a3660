"""Steps of rollouts: their time, their users, their plan and their approvals."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.rollouts import (
    USERS_PER_GROUP,
    Advance,
    add_equal_feedback,
    add_feedback,
    approval,
    make_step_due,
    moves,
    start_rollout,
    wait_for_percent,
)
from tests.experiments.fixtures.service import ExperimentsService, draft, new_id


async def test_step_before_its_time_or_without_users_is_not_taken(
    service: ExperimentsService, advance: Advance
) -> None:
    young, empty = await start_rollout(service), await start_rollout(service)
    await add_feedback(service, young)
    await make_step_due(service, empty)
    for _ in range(3):
        await advance()
    for each in (young, empty):
        assert await moves(service, each) == [("start", 0), ("advance", 10)]
    await make_step_due(service, young)
    await advance()
    await wait_for_percent(service, young, 25.0)
    rollout = await service.rollout(young)
    assert rollout.next_step_time.seconds > rollout.decisions[-1].decide_time.seconds + 86_000
    assert rollout.decisions[-1].numbers["treatment_users"] == USERS_PER_GROUP
    assert rollout.decisions[-1].numbers["control_positive_rate"] == pytest.approx(0.8)


async def test_rollout_follows_its_plan(service: ExperimentsService, advance: Advance) -> None:
    experiment_id = await start_rollout(service, steps=[20.0, 100.0], interval=Duration(seconds=60))
    await add_equal_feedback(service, experiment_id)
    await service.rows("UPDATE experiments.rollouts SET stepped_at = stepped_at - interval '61 seconds'")
    await advance()
    await wait_for_percent(service, experiment_id, 100.0)
    assert [percent for _, percent in await moves(service, experiment_id)] == [0, 20, 100]


async def test_each_step_waits_for_its_own_approval(service: ExperimentsService, advance: Advance) -> None:
    experiment_id = await start_rollout(service, needs_approval=True)
    assert await moves(service, experiment_id) == [("start", 0)]
    assert (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_WAITING
    await service.call("ApproveRolloutStep", approval(experiment_id))
    await advance()
    await wait_for_percent(service, experiment_id, 10.0)
    await add_equal_feedback(service, experiment_id)
    for percent in (25.0, 50.0):
        await make_step_due(service, experiment_id)
        for _ in range(3):
            await advance()
        rollout = await service.rollout(experiment_id)
        assert rollout.state == rollout_pb2.ROLLOUT_STATE_WAITING
        assert rollout.percent < percent
        request = approval(experiment_id)
        answer = await service.call("ApproveRolloutStep", request)
        assert await service.call("ApproveRolloutStep", request) == answer
        await advance()
        await wait_for_percent(service, experiment_id, percent)
    actions = [each.action for each in (await service.rollout(experiment_id)).decisions]
    assert actions[-6:] == ["wait_approval", "approve", "advance"] * 2


async def test_approval_of_plan_without_approvals_is_refused(service: ExperimentsService) -> None:
    experiment_id = await start_rollout(service)
    found = await service.status_of("ApproveRolloutStep", approval(experiment_id))
    assert found == ("FAILED_PRECONDITION", [], "APPROVAL_NOT_NEEDED")


async def test_rollout_of_paused_experiment_takes_no_step(service: ExperimentsService, advance: Advance) -> None:
    experiment_id = await start_rollout(service)
    await add_equal_feedback(service, experiment_id)
    paused = await service.move("Pause", await service.get(experiment_id))
    await make_step_due(service, experiment_id)
    for _ in range(3):
        await advance()
    assert (await service.rollout(experiment_id)).percent == 10
    await service.move("Resume", paused)
    await advance()
    await wait_for_percent(service, experiment_id, 25.0)


async def test_rollout_requires_running_experiment_with_one_treatment(service: ExperimentsService) -> None:
    created = await service.create()
    request = pb.StartRolloutRequest(request_id=new_id(), experiment_id=created.experiment_id)
    assert await service.status_of("StartRollout", request) == ("FAILED_PRECONDITION", [], "ROLLOUT_NEEDS_RUNNING")
    third = experiment_pb2.Variant(name="third", config=draft().variants[1].config)
    two_treatments = await service.started(draft(variants=[*draft().variants, third]))
    request = pb.StartRolloutRequest(request_id=new_id(), experiment_id=two_treatments.experiment_id)
    found = await service.status_of("StartRollout", request)
    assert found == ("FAILED_PRECONDITION", [], "ROLLOUT_NEEDS_ONE_TREATMENT")
    one_treatment = await service.started()
    request = pb.StartRolloutRequest(request_id=new_id(), experiment_id=one_treatment.experiment_id)
    assert (await service.status_of("StartRollout", request))[0] == "OK"
    assert (await service.rollout(one_treatment.experiment_id)).percent == 50
    request.request_id = new_id()
    assert await service.status_of("StartRollout", request) == ("ALREADY_EXISTS", [], "ROLLOUT_EXISTS")
