"""Changes to experiments and rollouts: idempotent, with an audit entry, and visible to this process at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message

from experiments.api.convert import requests
from experiments.api.convert.definitions import experiment_of, stored_message
from experiments.api.convert.rollouts import plan_of, rollout_message
from experiments.assignment.registry import ExperimentRegistry
from experiments.domain import lifecycle
from experiments.results.interim import InterimResults
from experiments.rollout import transitions
from experiments.rollout.store import read_rollout
from experiments.store import experiments
from experiments.store.audit import ChangeRequest
from experiments.store.idempotency import change_once
from kit.ids import new_id
from kit.postgres.idempotency import IdempotencyKey
from kit.postgres.pool import Connection, Database
from radiant.experiments.v1 import experiment_service_pb2 as pb
from splits.model import Experiment

_TRANSITIONS: dict[str, Callable[[Experiment], Experiment]] = {
    "PauseExperiment": lifecycle.pause,
    "ResumeExperiment": lifecycle.resume,
    "CompleteExperiment": lifecycle.complete,
    "CancelExperiment": lifecycle.cancel,
}
_ENDING_METHODS = ("CompleteExperiment", "CancelExperiment")


class ExperimentCommands:
    """Makes changes and returns their serialized answers, which are stored for repeats."""

    def __init__(self, database: Database, registry: ExperimentRegistry, interim_results: InterimResults) -> None:
        self._database, self._registry, self._interim_results = database, registry, interim_results

    async def create(self, message: pb.CreateExperimentRequest, owner: str) -> bytes:
        """Creates a draft."""
        request = requests.change_request("CreateExperiment", owner)
        draft = experiment_of(message.experiment, new_id(), owner)

        async def change(connection: Connection) -> bytes:
            stored = await experiments.insert_experiment(connection, request, draft)
            return pb.CreateExperimentResponse(experiment=stored_message(stored)).SerializeToString()

        return await self._once(message, request, change)

    async def update(self, message: pb.UpdateExperimentRequest) -> bytes:
        """Edits a definition and opens a new epoch if the edit requires one."""
        request = requests.change_request("UpdateExperiment", requests.reader_of(message.tenant_id))
        wanted = experiment_of(message.experiment, message.experiment_id, request.owner)

        async def change(connection: Connection) -> bytes:
            old = await _lock(connection, request, message)
            others = await experiments.lock_started_experiments(connection, request.owner)
            changed, effect = lifecycle.edit(old, wanted, others)
            action = f"update {effect.reason}".strip()
            stored = await experiments.update_experiment(connection, request, changed, action)
            answer = pb.UpdateExperimentResponse(experiment=stored_message(stored), opened_epoch=effect.opens_new_epoch)
            return answer.SerializeToString()

        return await self._once(message, request, change)

    async def change_state(self, message: Any, answer: Callable[..., Any]) -> bytes:
        """Starts, pauses, resumes, completes or cancels an experiment, by the type of the request message."""
        method = type(message).__name__.removesuffix("Request")
        request = requests.change_request(method, requests.reader_of(message.tenant_id), message.reason)

        async def change(connection: Connection) -> bytes:
            if method in _ENDING_METHODS:
                await transitions.end_rollout(
                    connection, request, message.experiment_id
                )  # the worker locks in the same order
            old = await _lock(connection, request, message)
            if method == "StartExperiment":
                others = await experiments.lock_started_experiments(connection, request.owner)
                moved = lifecycle.start(old, datetime.now(UTC), others)
            else:
                moved = _TRANSITIONS[method](old)
            action = method.removesuffix("Experiment").lower()
            stored = await experiments.update_experiment(connection, request, moved, action)
            serialized: bytes = answer(experiment=stored_message(stored)).SerializeToString()
            return serialized

        serialized = await self._once(message, request, change)
        if method == "CompleteExperiment":
            await self._interim_results.record_final(request.owner, message.experiment_id)
        return serialized

    async def start_rollout(self, message: pb.StartRolloutRequest) -> bytes:
        """Starts a rollout."""
        request = requests.change_request("StartRollout", requests.reader_of(message.tenant_id))
        plan = plan_of(message)

        async def change(connection: Connection) -> bytes:
            await transitions.start_rollout(connection, request, message.experiment_id, message.etag, plan)
            return await _rollout_answer(connection, request, message, pb.StartRolloutResponse)

        return await self._once(message, request, change)

    async def approve(self, message: pb.ApproveRolloutStepRequest) -> bytes:
        """Approves the next step of a rollout."""
        owner = requests.reader_of(message.tenant_id)
        request = requests.change_request("ApproveRolloutStep", owner, message.reason)

        async def change(connection: Connection) -> bytes:
            await transitions.approve_step(connection, request, message.experiment_id)
            return await _rollout_answer(connection, request, message, pb.ApproveRolloutStepResponse)

        return await self._once(message, request, change)

    async def roll_back(self, message: pb.RollBackRequest) -> bytes:
        """Rolls back a rollout at once."""
        request = requests.change_request("RollBack", requests.reader_of(message.tenant_id), message.reason)

        async def change(connection: Connection) -> bytes:
            await transitions.roll_back(connection, request, message.experiment_id)
            return await _rollout_answer(connection, request, message, pb.RollBackResponse)

        return await self._once(message, request, change)

    async def _once(
        self, message: Message, request: ChangeRequest, change: Callable[[Connection], Awaitable[bytes]]
    ) -> bytes:
        """Makes a change once and refreshes the registry."""
        key = IdempotencyKey.of(message, request.method, request.owner)
        answer = await change_once(self._database, key, change)
        await self._registry.refresh()
        return answer


async def _lock(connection: Connection, request: ChangeRequest, message: Any) -> Experiment:
    stored = await experiments.lock_experiment(connection, request.owner, message.experiment_id, message.etag)
    return stored.experiment


async def _rollout_answer(
    connection: Connection, request: ChangeRequest, message: Any, answer: Callable[..., Any]
) -> bytes:
    stored = await read_rollout(connection, request.owner, message.experiment_id)
    serialized: bytes = answer(rollout=rollout_message(stored)).SerializeToString()
    return serialized
