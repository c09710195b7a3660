"""gRPC service ExperimentService."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from experiments.api.commands import ExperimentCommands
from experiments.api.convert import requests
from experiments.api.convert.definitions import STATES, experiment_message, stored_message, timestamp
from experiments.api.convert.interim import interim_message
from experiments.api.convert.results import assignment_message, results_message
from experiments.api.convert.rollouts import rollout_message
from experiments.assignment.registry import ExperimentRegistry
from experiments.assignment.sticky import StickyAssignments
from experiments.domain.sample_size import plan_sample_size
from experiments.domain.visibility import is_visible, visible_part
from experiments.exposures.mismatches import count_mismatches, epoch_definitions
from experiments.exposures.store import insert_exposures
from experiments.results.interim import InterimResults
from experiments.results.outcomes import read_outcomes
from experiments.results.report import create_report
from experiments.rollout.store import read_rollout
from experiments.store.experiments import ExperimentStore
from experiments.store.idempotency import change_once
from experiments.store.transactions import owner_transaction
from kit.auth.tokens import tenant_of
from kit.postgres.idempotency import IdempotencyKey
from kit.postgres.pool import Connection, Database
from kit.rpc.answers import stored
from kit.rpc.keyset import LAST_UUID, LATEST_US, MICROSECONDS, UUID_TEXT, Keyset, microseconds_of
from kit.tenant_slots import TenantSlots
from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant.experiments.v1 import experiment_service_pb2_grpc
from splits.model import EVERY_TENANT

Context = Any

EXPERIMENTS = Keyset((MICROSECONDS, UUID_TEXT), (LATEST_US, LAST_UUID))
"""Sort key of listings: creation time and identifier."""
HEARTBEAT_INTERVAL_S = 10.0
"""Longest time between two messages of WatchExperiments."""
WATCHERS_MAX, WATCHERS_PER_TENANT_MAX = 2000, 1000
"""Streams of WatchExperiments at the same time."""


class ExperimentServicer(experiment_service_pb2_grpc.ExperimentServiceServicer):
    """Manages experiments, assigns users, records exposures, and returns results and rollouts."""

    def __init__(
        self,
        database: Database,
        registry: ExperimentRegistry,
        experiments: ExperimentStore,
        assignments: StickyAssignments,
        commands: ExperimentCommands,
        interim_results: InterimResults,
    ) -> None:
        self._database, self._registry, self._experiments = database, registry, experiments
        self._assignments, self._commands, self._interim_results = assignments, commands, interim_results
        self._watchers = TenantSlots(
            "open streams of WatchExperiments", WATCHERS_MAX, WATCHERS_PER_TENANT_MAX, reason="WATCHERS_FULL"
        )

    async def CreateExperiment(
        self, request: pb.CreateExperimentRequest, context: Context
    ) -> pb.CreateExperimentResponse:
        """Creates a draft."""
        owner = requests.owner_of(request.tenant_id, request.all_tenants)
        return stored(await self._commands.create(request, owner), pb.CreateExperimentResponse)

    async def GetExperiment(self, request: pb.GetExperimentRequest, context: Context) -> pb.GetExperimentResponse:
        """Returns an experiment."""
        found = await self._experiments.get_visible(
            requests.reader_of(request.tenant_id), request.experiment_id, requests.viewer()
        )
        return pb.GetExperimentResponse(experiment=stored_message(found))

    async def ListExperiments(self, request: pb.ListExperimentsRequest, context: Context) -> pb.ListExperimentsResponse:
        """Returns a page of experiments, newest first."""
        tenant, state = requests.reader_of(request.tenant_id), STATES.get(request.state)
        page_request = EXPERIMENTS.request(request, "experiments", tenant, state.value if state else "")
        page = page_request.page(
            await self._experiments.page(tenant, state, page_request.after, page_request.limit, requests.viewer()),
            lambda last: (microseconds_of(last.created_at), last.experiment.experiment_id),
        )
        messages = [stored_message(each) for each in page.rows]
        return pb.ListExperimentsResponse(experiments=messages, next_page_token=page.next_token)

    async def UpdateExperiment(
        self, request: pb.UpdateExperimentRequest, context: Context
    ) -> pb.UpdateExperimentResponse:
        """Edits an experiment."""
        return stored(await self._commands.update(request), pb.UpdateExperimentResponse)

    async def StartExperiment(self, request: pb.StartExperimentRequest, context: Context) -> pb.StartExperimentResponse:
        """Starts a draft."""
        return stored(
            await self._commands.change_state(request, pb.StartExperimentResponse), pb.StartExperimentResponse
        )

    async def PauseExperiment(self, request: pb.PauseExperimentRequest, context: Context) -> pb.PauseExperimentResponse:
        """Pauses a running experiment."""
        return stored(
            await self._commands.change_state(request, pb.PauseExperimentResponse), pb.PauseExperimentResponse
        )

    async def ResumeExperiment(
        self, request: pb.ResumeExperimentRequest, context: Context
    ) -> pb.ResumeExperimentResponse:
        """Resumes a paused experiment."""
        return stored(
            await self._commands.change_state(request, pb.ResumeExperimentResponse), pb.ResumeExperimentResponse
        )

    async def CompleteExperiment(
        self, request: pb.CompleteExperimentRequest, context: Context
    ) -> pb.CompleteExperimentResponse:
        """Completes a running or paused experiment."""
        return stored(
            await self._commands.change_state(request, pb.CompleteExperimentResponse), pb.CompleteExperimentResponse
        )

    async def CancelExperiment(
        self, request: pb.CancelExperimentRequest, context: Context
    ) -> pb.CancelExperimentResponse:
        """Cancels an experiment that has not ended."""
        return stored(
            await self._commands.change_state(request, pb.CancelExperimentResponse), pb.CancelExperimentResponse
        )

    async def AssignVariant(self, request: pb.AssignVariantRequest, context: Context) -> pb.AssignVariantResponse:
        """Assigns a user to a variant."""
        tenant = tenant_of(request.tenant_id)
        experiment = await self._assignments.experiment(tenant, request.experiment_id)
        context_ = requests.assignment_context(request.context)
        assignments = await self._assignments.assign(tenant, experiment, [context_])
        return pb.AssignVariantResponse(assignment=assignment_message(experiment, assignments[0]))

    async def BatchAssignVariants(
        self, request: pb.BatchAssignVariantsRequest, context: Context
    ) -> pb.BatchAssignVariantsResponse:
        """Assigns several users to variants."""
        tenant = tenant_of(request.tenant_id)
        experiment = await self._assignments.experiment(tenant, request.experiment_id)
        contexts = [requests.assignment_context(each) for each in request.contexts]
        assignments = await self._assignments.assign(tenant, experiment, contexts)
        messages = [assignment_message(experiment, each) for each in assignments]
        return pb.BatchAssignVariantsResponse(assignments=messages)

    async def WatchExperiments(
        self, request: pb.WatchExperimentsRequest, context: Context
    ) -> AsyncIterator[pb.WatchExperimentsResponse]:
        """Streams all running experiments at the start and after every change, with heartbeats in between."""
        tenant, viewer = tenant_of(request.tenant_id), requests.viewer()
        changed = asyncio.Event()
        changed.set()
        with self._watchers.hold(tenant), contextlib.ExitStack() as stack:
            stack.callback(self._registry.listen(changed.set))
            while True:
                has_changed = changed.is_set()
                changed.clear()
                running = self._registry.running(tenant) if has_changed else ()
                yield pb.WatchExperimentsResponse(
                    experiments=[
                        experiment_message(visible_part(each, viewer)) for each in running if is_visible(each, viewer)
                    ],
                    changed=has_changed,
                    send_time=timestamp(datetime.now(UTC)),
                    tenant_id=tenant,
                )
                try:
                    async with asyncio.timeout(HEARTBEAT_INTERVAL_S):
                        await changed.wait()
                except TimeoutError:
                    continue

    async def RecordExposures(self, request: pb.RecordExposuresRequest, context: Context) -> pb.RecordExposuresResponse:
        """Records exposures, each once, and counts those that the assignment contradicts."""
        tenant = tenant_of(request.tenant_id)
        names = sorted({each.experiment_id for each in request.exposures})
        experiments = {name: await self._assignments.experiment(tenant, name) for name in names}
        exposures = requests.exposures_of(request, experiments, time.time_ns() // 1000)
        definitions = {(each.experiment_id, each.epoch): each for each in experiments.values()}
        for name in {each.experiment_id for each in exposures if each.epoch != experiments[each.experiment_id].epoch}:
            definitions = epoch_definitions(await self._experiments.epochs(experiments[name])) | definitions

        async def change(connection: Connection) -> bytes:
            new = await insert_exposures(connection, tenant, exposures)
            answer = pb.RecordExposuresResponse(
                recorded_count=new,
                duplicate_count=len(exposures) - new,
                mismatch_count=await count_mismatches(connection, tenant, exposures, definitions),
            )
            return answer.SerializeToString()

        key = IdempotencyKey.of(request, "RecordExposures", tenant)
        return stored(await change_once(self._database, key, change), pb.RecordExposuresResponse)

    async def GetResults(self, request: pb.GetResultsRequest, context: Context) -> pb.GetResultsResponse:
        """Returns the analysis of an experiment. It covers the users of the tenant; for operators, those of all."""
        reader = requests.reader_of(request.tenant_id)
        found = await self._experiments.get(reader, request.experiment_id)
        epochs = await self._experiments.epochs(found.experiment)
        async with owner_transaction(self._database, reader) as connection:
            outcomes = await read_outcomes(connection, found, epochs)
        report = await create_report(found, outcomes, epochs)
        await self._interim_results.record_read(reader, found, report)
        answer = pb.GetResultsResponse(results=results_message(report))
        if request.with_history:
            history = await self._interim_results.history(reader, request.experiment_id)
            answer.history.extend(interim_message(each) for each in history)
        return answer

    async def PlanSampleSize(self, request: pb.PlanSampleSizeRequest, context: Context) -> pb.PlanSampleSizeResponse:
        """Returns the sample size that an experiment needs."""
        plan = await asyncio.to_thread(  # the first call imports the statistics library, which takes a second
            plan_sample_size,
            request.baseline_rate,
            request.effect,
            request.alpha or 0.05,
            request.power or 0.8,
            request.users_per_day,
            request.traffic_percentage or 0.5,
        )
        return pb.PlanSampleSizeResponse(users_per_variant=plan.users_per_group, days=plan.days)

    async def StartRollout(self, request: pb.StartRolloutRequest, context: Context) -> pb.StartRolloutResponse:
        """Starts the rollout of a treatment."""
        return stored(await self._commands.start_rollout(request), pb.StartRolloutResponse)

    async def GetRollout(self, request: pb.GetRolloutRequest, context: Context) -> pb.GetRolloutResponse:
        """Returns a rollout with its decisions; one over all tenants without evidence, if the caller has a tenant."""
        tenant, viewer = requests.reader_of(request.tenant_id), requests.viewer()
        async with owner_transaction(self._database, tenant) as connection:
            rollout = await read_rollout(connection, tenant, request.experiment_id)
        is_over_all_tenants = rollout.tenant_id == EVERY_TENANT
        if is_over_all_tenants:
            await self._experiments.get_visible(tenant, request.experiment_id, viewer)
        has_evidence = viewer == EVERY_TENANT or not is_over_all_tenants
        return pb.GetRolloutResponse(rollout=rollout_message(rollout, has_evidence=has_evidence))

    async def ApproveRolloutStep(
        self, request: pb.ApproveRolloutStepRequest, context: Context
    ) -> pb.ApproveRolloutStepResponse:
        """Approves the next step of a rollout."""
        return stored(await self._commands.approve(request), pb.ApproveRolloutStepResponse)

    async def RollBack(self, request: pb.RollBackRequest, context: Context) -> pb.RollBackResponse:
        """Rolls back a rollout at once."""
        return stored(await self._commands.roll_back(request), pb.RollBackResponse)
