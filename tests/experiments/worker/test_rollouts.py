"""Rollout decisions by several replicas: each step is taken once, also when replicas are killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from radiant.experiments.v1 import rollout_pb2
from tests.experiments.fixtures.rollouts import (
    STEPS,
    Advance,
    add_equal_feedback,
    make_step_due,
    moves,
    replica,
    start_rollout,
    wait_for_percent,
)
from tests.experiments.fixtures.service import ExperimentsService, wait_until


async def test_rollout_with_two_replicas_and_kills_takes_each_step_once(
    service: ExperimentsService, database_url: str, tmp_path: Path, advance: Advance
) -> None:
    experiment_id = await start_rollout(service)
    assert await moves(service, experiment_id) == [("start", 0), ("advance", 10)]
    async with replica(database_url, tmp_path, 1) as first, replica(database_url, tmp_path, 2) as second:
        for index, percent in enumerate(STEPS[1:]):
            await add_equal_feedback(service, experiment_id)
            victim = (first, second)[index % 2]
            await make_step_due(service, experiment_id)
            if index % 2:
                await victim.kill()
            await wait_for_percent(service, experiment_id, percent)
            if index % 2:
                await victim.start()
        await add_equal_feedback(service, experiment_id)
        await make_step_due(service, experiment_id)

        async def is_finished() -> bool:
            return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_FINISHED

        await wait_until(10, is_finished)
        for _ in range(3):
            await advance()
    assert await moves(service, experiment_id) == [
        ("start", 0),
        *(("advance", percent) for percent in STEPS),
        ("finish", 100),
    ]
    audit = await service.rows(
        "SELECT action, actor FROM ingest.audit_log WHERE action LIKE 'rollout%' ORDER BY sequence OFFSET 1"
    )
    assert [row["action"] for row in audit] == ["rollout.advance"] * 5 + ["rollout.finish"]
    assert [row["actor"] for row in audit] == ["test"] + ["rollout worker"] * 5


async def test_rollout_with_replica_killed_during_decision_takes_each_step_once(
    service: ExperimentsService, database_url: str, tmp_path: Path
) -> None:
    """The kills hit replicas that decide: their transactions are rolled back, and the other replica decides."""
    experiment_ids = [await start_rollout(service) for _ in range(12)]
    for experiment_id in experiment_ids:
        await add_equal_feedback(service, experiment_id)
    async with replica(database_url, tmp_path, 1) as process, replica(database_url, tmp_path, 2):
        for each in experiment_ids:
            await make_step_due(service, each)
        for delay_s in (0.0, 0.01, 0.03):
            await asyncio.sleep(delay_s)  # kills at different points of a round
            await process.kill()
            await process.start()
        for each in experiment_ids:
            await wait_for_percent(service, each, 25.0)
    for each in experiment_ids:
        assert await moves(service, each) == [("start", 0), ("advance", 10), ("advance", 25)]
