"""Changes that people make: each once, with its audit entry, known to this process at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from experiments.api.convert import requests
from experiments.api.convert import rollouts as rollout_messages
from experiments.api.convert.definitions import experiment_of, message_of
from experiments.assignment.running import Registry
from experiments.domain import lifecycle
from experiments.results.interim import Looks
from experiments.rollout import store as rollouts
from experiments.store import experiments
from experiments.store.idempotency import Ledger, Request
from kit.ids import new_id
from kit.postgres.pool import Connection
from radiant.experiments.v1 import experiment_service_pb2 as pb
from splits.model import Experiment

_MOVES: dict[str, Callable[[Experiment], Experiment]] = {
    "PauseExperiment": lifecycle.pause,
    "ResumeExperiment": lifecycle.resume,
    "CompleteExperiment": lifecycle.complete,
    "CancelExperiment": lifecycle.cancel,
}


_ENDS = ("CompleteExperiment", "CancelExperiment")


class Changes:
    """Makes changes and returns the answers as they are stored for repeats."""

    def __init__(self, ledger: Ledger, registry: Registry, looks: Looks) -> None:
        self._ledger, self._registry, self._looks = ledger, registry, looks

    async def _once(self, request: Request, change: Callable[[Connection], Awaitable[bytes]]) -> bytes:
        answer = await self._ledger.once(request, change)
        await self._registry.look()
        return answer

    async def create(self, asked: pb.CreateExperimentRequest, owner: str) -> bytes:
        """Creates a draft."""
        request = requests.request_of(asked, "CreateExperiment", owner)
        draft = experiment_of(asked.experiment, new_id(), owner)

        async def change(connection: Connection) -> bytes:
            kept = await experiments.create(connection, request, draft)
            return pb.CreateExperimentResponse(experiment=message_of(kept)).SerializeToString()

        return await self._once(request, change)

    async def update(self, asked: pb.UpdateExperimentRequest) -> bytes:
        """Changes a definition; opens a new epoch where the change needs one."""
        request = requests.request_of(asked, "UpdateExperiment", requests.reader_of(asked.tenant_id))
        wanted = experiment_of(asked.experiment, asked.experiment_id, request.owner)

        async def change(connection: Connection) -> bytes:
            old = (await experiments.locked(connection, request.owner, asked.experiment_id, asked.etag)).experiment
            beside = await experiments.others(connection, request.owner)
            changed, effect = lifecycle.edit(old, wanted, beside)
            kept = await experiments.change(connection, request, changed, f"update {effect.why}".strip())
            answer = pb.UpdateExperimentResponse(experiment=message_of(kept), opened_epoch=effect.opens_new_epoch)
            return answer.SerializeToString()

        return await self._once(request, change)

    async def move(self, asked: Any, answer: Callable[..., Any]) -> bytes:
        """Starts, pauses, resumes, completes or cancels, by the type of the request."""
        method = type(asked).__name__.removesuffix("Request")
        request = requests.request_of(asked, method, requests.reader_of(asked.tenant_id), asked.reason)

        async def change(connection: Connection) -> bytes:
            if method in _ENDS:
                await rollouts.end(connection, request, asked.experiment_id)  # first, as the worker locks
            old = (await experiments.locked(connection, request.owner, asked.experiment_id, asked.etag)).experiment
            if method == "StartExperiment":
                beside = await experiments.others(connection, request.owner)
                moved = lifecycle.start(old, datetime.now(UTC), beside)
            else:
                moved = _MOVES[method](old)
            kept = await experiments.change(connection, request, moved, method.removesuffix("Experiment").lower())
            serialized: bytes = answer(experiment=message_of(kept)).SerializeToString()
            return serialized

        made = await self._once(request, change)
        if method == "CompleteExperiment":
            await self._looks.take_last(request.owner, asked.experiment_id)
        return made

    async def start_rollout(self, asked: pb.StartRolloutRequest) -> bytes:
        """Starts a rollout and takes its first step."""
        request = requests.request_of(asked, "StartRollout", requests.reader_of(asked.tenant_id))
        plan = rollout_messages.plan_of(asked)

        async def change(connection: Connection) -> bytes:
            await rollouts.begin(connection, request, asked.experiment_id, asked.etag, plan)
            return await self._told(connection, request, asked.experiment_id, pb.StartRolloutResponse)

        return await self._once(request, change)

    async def approve(self, asked: pb.ApproveRolloutStepRequest) -> bytes:
        """Approves the next step."""
        owner = requests.reader_of(asked.tenant_id)
        request = requests.request_of(asked, "ApproveRolloutStep", owner, asked.reason)

        async def change(connection: Connection) -> bytes:
            await rollouts.approve(connection, request, asked.experiment_id)
            return await self._told(connection, request, asked.experiment_id, pb.ApproveRolloutStepResponse)

        return await self._once(request, change)

    async def roll_back(self, asked: pb.RollBackRequest) -> bytes:
        """Rolls back at once."""
        request = requests.request_of(asked, "RollBack", requests.reader_of(asked.tenant_id), asked.reason)

        async def change(connection: Connection) -> bytes:
            await rollouts.roll_back(connection, request, asked.experiment_id)
            return await self._told(connection, request, asked.experiment_id, pb.RollBackResponse)

        return await self._once(request, change)

    async def _told(
        self, connection: Connection, request: Request, experiment_id: str, answer: Callable[..., Any]
    ) -> bytes:
        told = await rollouts.told(connection, request.owner, experiment_id)
        serialized: bytes = answer(rollout=rollout_messages.message_of(told)).SerializeToString()
        return serialized
