"""Composition root: constructs every object of the service."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from experiments.api.commands import ExperimentCommands
from experiments.api.convert.interim import serialize
from experiments.api.servicer import ExperimentServicer
from experiments.assignment.registry import ExperimentRegistry
from experiments.assignment.sticky import StickyAssignments
from experiments.privacy.erasure import erase_pending
from experiments.results import interim
from experiments.settings import ExperimentsSettings
from experiments.store.experiments import ExperimentStore
from experiments.worker import maintenance
from experiments.worker.rollouts import advance_rollouts
from kit.auth.settings import open_authenticator
from kit.poll import periodically
from kit.postgres import erasures
from kit.postgres.pool import open_database
from kit.rpc.server import RpcServer, build_server
from radiant.experiments.v1 import experiment_service_pb2, experiment_service_pb2_grpc


@contextlib.asynccontextmanager
async def open_server(settings: ExperimentsSettings) -> AsyncIterator[RpcServer]:
    """Yields the server of the service, not yet started, while its background tasks run."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres))
        registry, experiments = ExperimentRegistry(database), ExperimentStore(database)
        await stack.enter_async_context(registry.snapshot)
        interim_results = interim.InterimResults(database, experiments, serialize)
        for name, step, interval in (
            ("rollouts", functools.partial(advance_rollouts, database, registry), settings.rollout_interval),
            ("interim-results", interim_results.record_all_due, interim.POLL_INTERVAL),
            ("maintenance", functools.partial(maintenance.maintain, database, interim_results), maintenance.INTERVAL),
            ("erasures", functools.partial(erase_pending, database), erasures.POLL_INTERVAL),
        ):
            await stack.enter_async_context(periodically(name, step, interval))
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        server = build_server(settings.rpc, authenticator)
        assignments = StickyAssignments(database, registry, experiments, settings.assignments_cached_max)
        commands = ExperimentCommands(database, registry, interim_results)
        server.add(
            experiment_service_pb2_grpc.add_ExperimentServiceServicer_to_server,
            ExperimentServicer(database, registry, experiments, assignments, commands, interim_results),
            experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"],
        )
        yield server
