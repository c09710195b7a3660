"""Rollouts as the worker moves them: each step once, however many workers there are and however they end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.serving import Serving, draft, name, serving, within
from tests.experiments.service.world import World
from tests.support.suite import ServiceProcess, service_process, show_troubles

ROUND_S = 0.05
STEPS = [10.0, 25.0, 50.0, 75.0, 100.0]
ENOUGH = 120
"""Users a group whose numbers are judged."""
TAKEN = {"start", "advance", "finish", "roll_back"}


@contextlib.asynccontextmanager
async def worker(database_url: str, folder: Path, which: int) -> AsyncIterator[ServiceProcess]:
    """Runs a replica of the service as a process of its own."""
    place = folder / str(which)
    place.mkdir()
    process = service_process("experiments", database_url, "", place, RADIANT_ROLLOUT_ROUND_SECONDS=str(ROUND_S))
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
        show_troubles([process])


async def rolling(service: Serving, experiment: experiment_pb2.Experiment | None = None, **plan: Any) -> str:
    """Starts an experiment and its rollout; returns the experiment's identifier."""
    started = await service.started(experiment or draft(traffic_percentage=0.05))
    request = pb.StartRolloutRequest(
        request_id=name(), experiment_id=started.experiment_id, plan=rollout_pb2.RolloutPlan(**plan)
    )
    await service.call("StartRollout", request)
    return started.experiment_id


async def elapse(service: Serving, experiment_id: str) -> None:
    """Lets the interval of the present step be over."""
    await service.rows(
        "UPDATE experiments.rollouts SET stepped_at = stepped_at - interval '40 days' WHERE experiment_id = $1",
        experiment_id,
    )


async def judged(
    service: Serving, experiment_id: str, good: float = 0.8, users: int = ENOUGH, latency: float = 100.0
) -> None:
    """Lets users of the present epoch judge both variants; of the treated, this share is pleased."""
    epoch = (await service.shown(experiment_id)).epoch
    world = World(service.connection)
    await world.judged(experiment_id, "control", users, int(users * 0.8), epoch)
    await world.judged(experiment_id, "treatment", users, int(users * good), epoch, latency)


async def taken(service: Serving, experiment_id: str) -> list[tuple[str, float]]:
    """Returns what was decided that moves users, in order."""
    rollout = await service.rollout(experiment_id)
    return [(each.action, each.percent) for each in rollout.decisions if each.action in TAKEN]


async def reached(service: Serving, experiment_id: str, percent: float, seconds: float = 10) -> None:
    """Waits until the rollout is at a share, and checks that the experiment has it."""

    async def there() -> bool:
        return (await service.rollout(experiment_id)).percent == percent

    await within(seconds, there)
    assert (await service.shown(experiment_id)).traffic_percentage == percent / 100


async def fair(service: Serving, experiment_id: str, users: int = 60) -> None:
    """Lets as many users see each variant as are planned to, all pleased alike; enough of them to be judged."""
    experiment = await service.shown(experiment_id)
    share = experiment.traffic_percentage
    world = World(service.connection)
    control = min(share, 1 - share)
    least = ENOUGH / min(control, share) if control else ENOUGH / share
    for variant, part in (("control", control), ("treatment", share)):
        count = round(least * part)
        await world.judged(experiment_id, variant, count, round(count * 0.8), experiment.epoch)


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
    audit = await service.rows("SELECT action, actor FROM experiments.audit WHERE action LIKE 'rollout%' ORDER BY seq")
    assert [row["action"] for row in audit] == ["rollout advance"] * 5
    assert [row["actor"] for row in audit] == ["test"] + ["rollout worker"] * 4


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


async def waiting(service: Serving, experiment_id: str) -> None:
    """Waits until a step waits for an approval."""

    async def waits() -> bool:
        return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_WAITING

    await within(10, waits)


def approval(experiment_id: str) -> pb.ApproveRolloutStepRequest:
    """Builds an approval."""
    return pb.ApproveRolloutStepRequest(request_id=name(), experiment_id=experiment_id, reason="looks good")


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


async def rolled_back(service: Serving, experiment_id: str, why: str) -> None:
    """Waits until a rollout is rolled back and checks what is told of it."""

    async def back() -> bool:
        return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_ROLLED_BACK

    await within(5, back)
    rollout = await service.rollout(experiment_id)
    last = rollout.decisions[-1]
    assert (last.action, last.percent, rollout.percent) == ("roll_back", 0, 0)
    assert why in last.reason
    assert {"control_users", "treatment_users", "control_positive_rate", "treatment_positive_rate"} <= {*last.numbers}
    shown = await service.shown(experiment_id)
    assert (shown.traffic_percentage, shown.state) == (0, experiment_pb2.EXPERIMENT_STATE_RUNNING)
    for user in range(30):
        assert (await service.assigned(experiment_id, f"after-{user}")).variant == ""
    await asyncio.sleep(4 * ROUND_S)
    assert [each[0] for each in await taken(service, experiment_id)].count("roll_back") == 1


@pytest.mark.parametrize(
    ("numbers", "why"),
    [({"good": 0.7}, "positive_rate"), ({"latency": 131.0}, "latency")],
    ids=["fewer are pleased", "slower"],
)
async def test_what_regresses_is_taken_back_before_any_step_is_due(
    database_url: str, numbers: dict[str, float], why: str
) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service)
        await judged(service, experiment_id, **numbers)  # type: ignore[arg-type]  # by name
        await rolled_back(service, experiment_id, why)


async def test_within_the_limits_nothing_is_taken_back(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service)
        await judged(service, experiment_id, good=0.775, latency=129.0)
        await asyncio.sleep(8 * ROUND_S)
        assert await taken(service, experiment_id) == [("start", 0), ("advance", 10)]


async def test_a_regression_does_not_wait_for_an_approval(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service, draft(traffic_percentage=0.1), needs_approval=True)
        await judged(service, experiment_id)
        await elapse(service, experiment_id)
        await waiting(service, experiment_id)
        await judged(service, experiment_id, good=0.3)
        await rolled_back(service, experiment_id, "positive_rate")


async def test_a_regression_does_not_wait_for_sample_ratios(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        experiment_id = await rolling(service)
        world = World(service.connection)
        await world.judged(experiment_id, "control", 4 * ENOUGH, int(3.2 * ENOUGH))
        await world.judged(experiment_id, "treatment", ENOUGH, int(0.8 * ENOUGH))
        await elapse(service, experiment_id)
        await asyncio.sleep(8 * ROUND_S)
        assert (await service.results(experiment_id)).sample_ratios[0].alarm
        assert (await taken(service, experiment_id))[-1] == ("advance", 10)
        await world.judged(experiment_id, "treatment", 40, 0)
        await rolled_back(service, experiment_id, "positive_rate")


async def test_a_broken_guardrail_takes_it_back(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        metric = experiment_pb2.Metric(
            name="cost", direction=experiment_pb2.METRIC_DIRECTION_DOWN, guardrail=True, margin=0.05
        )
        experiment_id = await rolling(service, draft(traffic_percentage=0.05, metrics=[metric]))
        await judged(service, experiment_id)
        await service.rows(
            "UPDATE ingest.execution_manifests SET total_cost = 2 + random() / 10 WHERE variant = 'treatment'"
        )
        await service.rows(
            "UPDATE ingest.execution_manifests SET total_cost = 1 + random() / 10 WHERE variant = 'control'"
        )
        await rolled_back(service, experiment_id, "cost")


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


async def test_rolling_back_by_hand_while_workers_look(database_url: str, tmp_path: Path) -> None:
    async with serving(database_url, ROUND_S) as service, worker(database_url, tmp_path, 1):
        several = [await rolling(service) for _ in range(10)]
        for each in several:
            await elapse(service, each)

        async def back(experiment_id: str) -> str:
            request = pb.RollBackRequest(request_id=name(), experiment_id=experiment_id, reason="by hand")
            return (await service.said("RollBack", request))[0]

        assert await asyncio.gather(*(back(each) for each in several)) == ["OK"] * 10
        again = pb.RollBackRequest(request_id=name(), experiment_id=several[0])
        assert await service.said("RollBack", again) == ("FAILED_PRECONDITION", [], "ROLLED_BACK_BEFORE")
        for each in several:
            assert (await service.shown(each)).traffic_percentage == 0


async def test_a_rollout_that_fails_keeps_no_other(database_url: str) -> None:
    async with serving(database_url, ROUND_S) as service:
        broken, sound = await rolling(service), await rolling(service)
        await service.rows("UPDATE experiments.rollouts SET interval_seconds = 'NaN' WHERE experiment_id = $1", broken)
        await judged(service, sound, good=0.3)
        await rolled_back(service, sound, "positive_rate")


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
