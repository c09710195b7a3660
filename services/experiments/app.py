"""The only file that knows every concrete class of the service."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from experiments.api.commands import Changes
from experiments.api.servicer import ExperimentServicer
from experiments.assignment.running import Registry
from experiments.assignment.store import Assigning
from experiments.privacy.erasure import Forgetting
from experiments.results.interim import Looks
from experiments.settings import ExperimentsSettings
from experiments.store.experiments import Experiments
from experiments.store.idempotency import Ledger
from experiments.worker.maintenance import upkeep_forever
from experiments.worker.rollout_worker import RolloutWorker
from kit.lifecycle import background
from kit.postgres.pool import open_database
from kit.rpc.auth_settings import open_authenticator
from kit.rpc.server import RpcServer, build_server
from radiant.experiments.v1 import experiment_service_pb2, experiment_service_pb2_grpc


@contextlib.asynccontextmanager
async def wired(settings: ExperimentsSettings) -> AsyncIterator[RpcServer]:
    """Gives the service's server, built and not yet started, with everything behind it running."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres))
        registry, experiments = Registry(database), Experiments(database)
        await registry.look()
        looks = Looks(database, experiments)
        worker = RolloutWorker(database, registry, settings.rollout_round)
        for name, work in (
            ("registry", registry.look_forever),
            ("rollouts", worker.run_forever),
            ("looks", looks.run_forever),
            ("upkeep", functools.partial(upkeep_forever, database, looks)),
            ("erasures", Forgetting(database).forget_forever),
        ):
            await stack.enter_async_context(background(name, work))
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        server = build_server(settings.rpc, authenticator)
        assigning = Assigning(database, registry, experiments, settings.remembered_max)
        changes = Changes(Ledger(database), registry, looks)
        server.add(
            experiment_service_pb2_grpc.add_ExperimentServiceServicer_to_server,
            ExperimentServicer(database, registry, experiments, assigning, changes, looks),
            experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"],
        )
        yield server
