"""The real service in the test's own process, on a real database, and what tests say to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import grpc
from google.protobuf.struct_pb2 import Struct

from experiments.app import wired
from experiments.settings import ExperimentsSettings
from radiant.experiments.v1 import experiment_pb2, experiment_service_pb2_grpc, rollout_pb2
from radiant.experiments.v1 import experiment_service_pb2 as pb
from tests.ingest.fixtures.service import problems_of, reason_of
from tests.support.servers import url_as
from tests.support.suite import KEY, token

ADMIN = token("acme", "admin", "service")
OPERATOR = token("", "operator")
FAR = timedelta(hours=1)
"""A round of the rollout worker that no test lives to see the second of."""


@dataclass(frozen=True)
class Serving:
    """A running service and a look behind it."""

    address: str
    channel: grpc.aio.Channel
    stub: experiment_service_pb2_grpc.ExperimentServiceStub
    connection: asyncpg.Connection

    async def call(self, method: str, request: Any, caller: grpc.aio.Metadata = ADMIN) -> Any:
        """Makes one unary call and returns its answer."""
        return await getattr(self.stub, method)(request, metadata=caller, timeout=30)

    async def said(self, method: str, request: Any, caller: grpc.aio.Metadata = ADMIN) -> tuple[str, list[str], str]:
        """Makes a call and returns its status, the fields that it names and its reason."""
        call = getattr(self.stub, method)(request, metadata=caller, timeout=30)
        try:
            if method == "WatchExperiments":
                await call.read()
                call.cancel()
            else:
                await call
        except grpc.aio.AioRpcError as error:
            return error.code().name, problems_of(error), reason_of(error)
        return "OK", [], ""

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """Reads or writes as the superuser, whom no row security binds."""
        return list(await self.connection.fetch(query, *values))

    async def create(
        self, experiment: experiment_pb2.Experiment | None = None, caller: grpc.aio.Metadata = ADMIN, **more: Any
    ) -> experiment_pb2.Experiment:
        """Creates a draft."""
        request = pb.CreateExperimentRequest(request_id=name(), experiment=experiment or draft(), **more)
        made: experiment_pb2.Experiment = (await self.call("CreateExperiment", request, caller)).experiment
        return made

    async def move(
        self, verb: str, experiment: experiment_pb2.Experiment, caller: grpc.aio.Metadata = ADMIN
    ) -> experiment_pb2.Experiment:
        """Starts, pauses, resumes, completes or cancels, in the state that the caller has seen."""
        asked = getattr(pb, f"{verb}ExperimentRequest")(
            request_id=name(), experiment_id=experiment.experiment_id, etag=experiment.etag, reason="for a test"
        )
        moved: experiment_pb2.Experiment = (await self.call(f"{verb}Experiment", asked, caller)).experiment
        return moved

    async def started(
        self, experiment: experiment_pb2.Experiment | None = None, caller: grpc.aio.Metadata = ADMIN, **more: Any
    ) -> experiment_pb2.Experiment:
        """Creates and starts an experiment."""
        return await self.move("Start", await self.create(experiment, caller, **more), caller)

    async def shown(self, experiment_id: str, caller: grpc.aio.Metadata = ADMIN) -> experiment_pb2.Experiment:
        """Returns an experiment as it stands."""
        request = pb.GetExperimentRequest(experiment_id=experiment_id)
        found: experiment_pb2.Experiment = (await self.call("GetExperiment", request, caller)).experiment
        return found

    async def edited(self, experiment: experiment_pb2.Experiment, **changes: Any) -> pb.UpdateExperimentResponse:
        """Changes plain fields of an experiment."""
        wanted = experiment_pb2.Experiment()
        wanted.CopyFrom(experiment)
        for field, value in changes.items():
            setattr(wanted, field, value)
        request = pb.UpdateExperimentRequest(
            request_id=name(), experiment_id=experiment.experiment_id, etag=experiment.etag, experiment=wanted
        )
        answer: pb.UpdateExperimentResponse = await self.call("UpdateExperiment", request)
        return answer

    async def assigned(
        self, experiment_id: str, user: str, caller: grpc.aio.Metadata = ADMIN, **context: Any
    ) -> experiment_pb2.Assignment:
        """Assigns a user."""
        request = pb.AssignVariantRequest(
            experiment_id=experiment_id, context=pb.AssignmentContext(user_id=user, **context)
        )
        made: experiment_pb2.Assignment = (await self.call("AssignVariant", request, caller)).assignment
        return made

    async def results(self, experiment_id: str, caller: grpc.aio.Metadata = ADMIN) -> Any:
        """Analyses an experiment."""
        return (await self.call("GetResults", pb.GetResultsRequest(experiment_id=experiment_id), caller)).results

    async def rollout(self, experiment_id: str) -> rollout_pb2.Rollout:
        """Returns a rollout as it stands."""
        request = pb.GetRolloutRequest(experiment_id=experiment_id)
        found: rollout_pb2.Rollout = (await self.call("GetRollout", request)).rollout
        return found


def environ_of(database_url: str, round_s: float = FAR.total_seconds()) -> dict[str, str]:
    """Returns the environment of a service on a free port, in its own role."""
    return {
        "RADIANT_DATABASE_URL": url_as("radiant_experiments", database_url),
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_PORT": "0",
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_ROLLOUT_ROUND_SECONDS": str(round_s),
    }


@contextlib.asynccontextmanager
async def serving(database_url: str, round_s: float = FAR.total_seconds()) -> AsyncIterator[Serving]:
    """Serves while the block runs."""
    settings = ExperimentsSettings.from_env(environ_of(database_url, round_s))
    connection = await asyncpg.connect(database_url)
    try:
        async with wired(settings) as server:
            address = f"127.0.0.1:{await server.start()}"
            try:
                async with grpc.aio.insecure_channel(address) as channel:
                    stub = experiment_service_pb2_grpc.ExperimentServiceStub(channel)
                    yield Serving(address, channel, stub, connection)
            finally:
                await server.stop(timedelta())
    finally:
        await connection.close()


def name() -> str:
    """Returns a fresh UUID."""
    return str(uuid.uuid4())


def config(values: Mapping[str, Any]) -> Struct:
    """Returns a configuration."""
    struct = Struct()
    struct.update(dict(values))
    return struct


def draft(**more: Any) -> experiment_pb2.Experiment:
    """Returns a comparison of two models on half of the users each."""
    variants = [
        experiment_pb2.Variant(name="control", config=config({"model": "small"})),
        experiment_pb2.Variant(name="treatment", config=config({"model": "large"})),
    ]
    fields: dict[str, Any] = {
        "display_name": "large or small",
        "type": experiment_pb2.EXPERIMENT_TYPE_MODEL_ROUTING,
        "traffic_percentage": 0.5,
        "variants": variants,
        **more,
    }
    return experiment_pb2.Experiment(**fields)


async def within(seconds: float, condition: Callable[[], Awaitable[bool]]) -> float:
    """Waits until the condition holds and returns after how many seconds; raises TimeoutError when it does not."""
    begun = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - nobody tells when it comes to hold
            await asyncio.sleep(0.02)
    return time.monotonic() - begun
