"""Rollouts as the worker moves them: each step once, however many workers there are and however they end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.rolling import (
    ENOUGH,
    ROUND_S,
    STEPS,
    approval,
    elapse,
    fair,
    judged,
    reached,
    rolling,
    taken,
    waiting,
    worker,
)
from tests.experiments.service.serving import Serving, draft, name, serving, within


async def test_two_workers_and_a_kill_take_each_step_once(service: Serving, database_url: str, tmp_path: Path) -> None:
    experiment_id = await rolling(service)
    assert await taken(service, experiment_id) == [("start", 0), ("advance", 10)]
    async with worker(database_url, tmp_path, 1) as first, worker(database_url, tmp_path, 2) as second:
        for index, percent in enumerate(STEPS[1:]):
            await fair(service, experiment_id)
            victim = (first, second)[index % 2]
            await elapse(service, experiment_id)
            if index % 2:
                await victim.kill()
            await reached(service, experiment_id, percent)
            if index % 2:
                await victim.start()
        await fair(service, experiment_id)
        await elapse(service, experiment_id)

        async def finished() -> bool:
            return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_FINISHED

        await within(10, finished)
        await asyncio.sleep(10 * ROUND_S)
    assert await taken(service, experiment_id) == [
        ("start", 0),
        *(("advance", percent) for percent in STEPS),
        ("finish", 100),
    ]
    audit = await service.rows(
        "SELECT action, actor FROM ingest.audit_log WHERE action LIKE 'rollout%' ORDER BY sequence OFFSET 1"
    )
    assert [row["action"] for row in audit] == ["rollout.advance"] * 5 + ["rollout.finish"]
    assert [row["actor"] for row in audit] == ["test"] + ["rollout worker"] * 5


async def test_killed_at_any_moment_no_step_is_lost_or_doubled(
    service: Serving, database_url: str, tmp_path: Path
) -> None:
    """The kills come while a worker decides: rows are released, and the next worker decides anew."""
    several = [await rolling(service) for _ in range(12)]
    for experiment_id in several:
        await fair(service, experiment_id)
    async with worker(database_url, tmp_path, 1) as process, worker(database_url, tmp_path, 2):
        for each in several:
            await elapse(service, each)
        for pause in (0.0, 0.01, 0.03):
            await asyncio.sleep(pause)
            await process.kill()
            await process.start()
        for each in several:
            await reached(service, each, 25.0)
    for each in several:
        assert await taken(service, each) == [("start", 0), ("advance", 10), ("advance", 25)]


async def test_no_step_before_its_time_nor_without_enough_users(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        young, empty = await rolling(service), await rolling(service)
        await judged(service, young)
        await elapse(service, empty)
        await asyncio.sleep(8 * ROUND_S)
        for each in (young, empty):
            assert await taken(service, each) == [("start", 0), ("advance", 10)]
        await elapse(service, young)
        await reached(service, young, 25.0)
        rollout = await service.rollout(young)
        assert rollout.next_step_time.seconds > rollout.decisions[-1].decide_time.seconds + 86_000
        assert rollout.decisions[-1].numbers["treatment_users"] == ENOUGH
        assert rollout.decisions[-1].numbers["control_positive_rate"] == pytest.approx(0.8)


async def test_a_plan_is_followed(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service, steps=[20.0, 100.0], interval=Duration(seconds=60))
        await fair(service, experiment_id)
        await service.rows("UPDATE experiments.rollouts SET stepped_at = stepped_at - interval '61 seconds'")
        await reached(service, experiment_id, 100.0)
        assert [percent for _, percent in await taken(service, experiment_id)] == [0, 20, 100]


async def test_each_step_waits_for_its_own_approval(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service, needs_approval=True)
        first = await taken(service, experiment_id)
        if first == [("start", 0)]:
            await waiting(service, experiment_id)
            await service.call("ApproveRolloutStep", approval(experiment_id))
            await reached(service, experiment_id, 10.0)
        await fair(service, experiment_id)
        for percent in (25.0, 50.0):
            await elapse(service, experiment_id)
            await waiting(service, experiment_id)
            await asyncio.sleep(4 * ROUND_S)
            before = (await service.rollout(experiment_id)).percent
            assert before < percent
            request = approval(experiment_id)
            answer = await service.call("ApproveRolloutStep", request)
            assert await service.call("ApproveRolloutStep", request) == answer
            await reached(service, experiment_id, percent)
        actions = [each.action for each in (await service.rollout(experiment_id)).decisions]
        assert actions[-6:] == ["wait_approval", "approve", "advance"] * 2


async def test_approvals_where_none_is_needed(service: Serving) -> None:
    experiment_id = await rolling(service)
    found = await service.said("ApproveRolloutStep", approval(experiment_id))
    assert found == ("FAILED_PRECONDITION", [], "APPROVAL_NOT_NEEDED")


async def test_a_paused_experiment_s_rollout_rests(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service)
        await fair(service, experiment_id)
        paused = await service.move("Pause", await service.shown(experiment_id))
        await elapse(service, experiment_id)
        await asyncio.sleep(6 * ROUND_S)
        assert (await service.rollout(experiment_id)).percent == 10
        await service.move("Resume", paused)
        await reached(service, experiment_id, 25.0)


async def test_what_may_be_rolled_out(service: Serving) -> None:
    made = await service.create()
    request = pb.StartRolloutRequest(request_id=name(), experiment_id=made.experiment_id)
    assert await service.said("StartRollout", request) == ("FAILED_PRECONDITION", [], "ROLLOUT_NEEDS_RUNNING")
    third = experiment_pb2.Variant(name="third", config=draft().variants[1].config)
    many = await service.started(draft(variants=[*draft().variants, third]))
    request = pb.StartRolloutRequest(request_id=name(), experiment_id=many.experiment_id)
    assert await service.said("StartRollout", request) == ("FAILED_PRECONDITION", [], "ROLLOUT_NEEDS_ONE_TREATMENT")
    one = await service.started()
    request = pb.StartRolloutRequest(request_id=name(), experiment_id=one.experiment_id)
    assert (await service.said("StartRollout", request))[0] == "OK"
    assert (await service.rollout(one.experiment_id)).percent == 50
    request.request_id = name()
    assert await service.said("StartRollout", request) == ("ALREADY_EXISTS", [], "ROLLOUT_EXISTS")
