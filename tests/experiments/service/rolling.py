"""Rollouts, and users who judge what is rolled out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from radiant.experiments.v1 import experiment_pb2, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.experiments.service.serving import Serving, draft, name, within
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


async def fair(service: Serving, experiment_id: str) -> None:
    """Lets as many users see each variant as are planned to, all pleased alike; enough of them to be judged."""
    experiment = await service.shown(experiment_id)
    share = experiment.traffic_percentage
    world = World(service.connection)
    control = min(share, 1 - share)
    least = ENOUGH / min(control, share) if control else ENOUGH / share
    for variant, part in (("control", control), ("treatment", share)):
        count = round(least * part)
        await world.judged(experiment_id, variant, count, round(count * 0.8), experiment.epoch)


async def waiting(service: Serving, experiment_id: str) -> None:
    """Waits until a step waits for an approval."""

    async def waits() -> bool:
        return (await service.rollout(experiment_id)).state == rollout_pb2.ROLLOUT_STATE_WAITING

    await within(10, waits)


def approval(experiment_id: str) -> pb.ApproveRolloutStepRequest:
    """Builds an approval."""
    return pb.ApproveRolloutStepRequest(request_id=name(), experiment_id=experiment_id, reason="looks good")
