"""What regresses is taken back at once, whatever else is the case."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.rolling import (
    ENOUGH,
    ROUND_S,
    elapse,
    judged,
    rolling,
    taken,
    waiting,
    worker,
)
from tests.experiments.service.serving import Serving, draft, name, serving, within
from tests.experiments.service.world import World


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
