"""Rollback of rollouts: a regression is rolled back in every open state."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.fixtures.feedback import FeedbackRecorder
from tests.experiments.fixtures.rollouts import (
    ROUND_S,
    USERS_PER_GROUP,
    Advance,
    add_feedback,
    make_step_due,
    moves,
    replica,
    start_rollout,
    wait_for_pending_approval,
)
from tests.experiments.fixtures.service import ExperimentsService, draft, new_id, open_service, wait_until


async def check_rolled_back(service: ExperimentsService, advance: Advance, experiment_id: str, reason: str) -> None:
    """Waits until a rollout is rolled back and checks its last decision and its experiment."""

    async def is_rolled_back() -> bool:
        return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_ROLLED_BACK

    await wait_until(5, is_rolled_back)
    rollout = await service.rollout(experiment_id)
    last = rollout.decisions[-1]
    assert (last.action, last.percent, rollout.percent) == ("roll_back", 0, 0)
    assert reason in last.reason
    assert {"control_users", "treatment_users", "control_positive_rate", "treatment_positive_rate"} <= {*last.numbers}
    experiment = await service.get(experiment_id)
    assert (experiment.traffic_percentage, experiment.state) == (0, experiment_pb2.EXPERIMENT_STATE_RUNNING)
    for user in range(30):
        assert (await service.assigned(experiment_id, f"after-{user}")).variant == ""
    for _ in range(3):
        await advance()
    assert [each[0] for each in await moves(service, experiment_id)].count("roll_back") == 1


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [({"treatment_rate": 0.5}, "positive_rate"), ({"latency": 131.0}, "latency")],
    ids=["lower positive rate", "higher latency"],
)
async def test_regression_before_next_step_rolls_back(
    database_url: str, advance: Advance, numbers: dict[str, float], reason: str
) -> None:
    async with open_service(database_url, ROUND_S) as service:
        experiment_id = await start_rollout(service)
        await add_feedback(service, experiment_id, **numbers)
        await check_rolled_back(service, advance, experiment_id, reason)


async def test_loss_beyond_the_limit_that_may_be_chance_holds_the_step(
    service: ExperimentsService, advance: Advance
) -> None:
    experiment_id = await start_rollout(service)
    await add_feedback(service, experiment_id, treatment_rate=0.7)
    await make_step_due(service, experiment_id)
    for _ in range(3):
        await advance()
    rollout = await service.rollout(experiment_id)
    assert [each.action for each in rollout.decisions] == ["start", "advance", "hold"]
    assert rollout.decisions[-1].reason == "beyond the limit, but not significant: positive_rate, satisfaction"
    assert rollout.decisions[-1].numbers["positive_rate_loss_p"] > 0.05
    await add_feedback(service, experiment_id, treatment_rate=0.9)
    await advance()
    assert (await moves(service, experiment_id))[-1] == ("advance", 25)


async def test_change_within_limits_does_not_roll_back(service: ExperimentsService, advance: Advance) -> None:
    experiment_id = await start_rollout(service)
    await add_feedback(service, experiment_id, treatment_rate=0.775, latency=129.0)
    for _ in range(3):
        await advance()
    assert await moves(service, experiment_id) == [("start", 0), ("advance", 10)]


async def test_regression_with_pending_approval_rolls_back(database_url: str, advance: Advance) -> None:
    async with open_service(database_url, ROUND_S) as service:
        experiment_id = await start_rollout(service, draft(traffic_percentage=0.1), needs_approval=True)
        await add_feedback(service, experiment_id)
        await make_step_due(service, experiment_id)
        await wait_for_pending_approval(service, experiment_id)
        await add_feedback(service, experiment_id, treatment_rate=0.3)
        await check_rolled_back(service, advance, experiment_id, "positive_rate")


async def test_regression_with_sample_ratio_mismatch_rolls_back(database_url: str, advance: Advance) -> None:
    async with open_service(database_url, ROUND_S) as service:
        experiment_id = await start_rollout(service)
        recorder, users = FeedbackRecorder(service.connection), USERS_PER_GROUP
        await recorder.add_users(experiment_id, "control", 4 * users, int(3.2 * users))
        await recorder.add_users(experiment_id, "treatment", users, int(0.8 * users))
        await make_step_due(service, experiment_id)
        for _ in range(3):
            await advance()
        assert (await service.results(experiment_id)).sample_ratios[0].alarm
        assert (await moves(service, experiment_id))[-1] == ("advance", 10)
        await recorder.add_users(experiment_id, "treatment", 40, 0)
        await check_rolled_back(service, advance, experiment_id, "positive_rate")


async def test_broken_guardrail_rolls_back(database_url: str, advance: Advance) -> None:
    async with open_service(database_url, ROUND_S) as service:
        metric = experiment_pb2.Metric(
            name="cost", direction=experiment_pb2.METRIC_DIRECTION_DOWN, guardrail=True, margin=0.05
        )
        experiment_id = await start_rollout(service, draft(traffic_percentage=0.05, metrics=[metric]))
        await add_feedback(service, experiment_id)
        await service.rows(
            "UPDATE ingest.execution_manifests SET total_cost = 2 + random() / 10 WHERE variant = 'treatment'"
        )
        await service.rows(
            "UPDATE ingest.execution_manifests SET total_cost = 1 + random() / 10 WHERE variant = 'control'"
        )
        await check_rolled_back(service, advance, experiment_id, "cost")


async def test_manual_rollback_during_worker_rounds_succeeds(database_url: str, tmp_path: Path) -> None:
    async with open_service(database_url, ROUND_S) as service, replica(database_url, tmp_path, 1):
        experiment_ids = [await start_rollout(service) for _ in range(10)]
        for each in experiment_ids:
            await make_step_due(service, each)

        async def roll_back(experiment_id: str) -> str:
            request = pb.RollBackRequest(request_id=new_id(), experiment_id=experiment_id, reason="by hand")
            return (await service.status_of("RollBack", request))[0]

        assert await asyncio.gather(*(roll_back(each) for each in experiment_ids)) == ["OK"] * 10
        again = pb.RollBackRequest(request_id=new_id(), experiment_id=experiment_ids[0])
        assert await service.status_of("RollBack", again) == ("FAILED_PRECONDITION", [], "ROLLED_BACK_BEFORE")
        for each in experiment_ids:
            assert (await service.get(each)).traffic_percentage == 0


async def test_failed_decision_does_not_stop_other_rollouts(database_url: str, advance: Advance) -> None:
    async with open_service(database_url, ROUND_S) as service:
        broken, sound = await start_rollout(service), await start_rollout(service)
        await service.rows("UPDATE experiments.rollouts SET interval_seconds = 'NaN' WHERE experiment_id = $1", broken)
        await add_feedback(service, sound, treatment_rate=0.3)
        await check_rolled_back(service, advance, sound, "positive_rate")
