"""ExperimentService: translates in, calls, translates out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from experiments.analysis.power import plan_sample_size
from experiments.api.commands import Changes
from experiments.api.convert import requests, results
from experiments.api.convert import rollouts as rollout_messages
from experiments.api.convert.definitions import STATES, message_of, running_message, timestamp
from experiments.assignment.running import Registry
from experiments.assignment.store import Assigning
from experiments.exposures import store
from experiments.results.interim import Looks, analysed
from experiments.results.outcomes import gather
from experiments.rollout.store import Rollouts
from experiments.store.experiments import LAST_ID, LATEST_US, Experiments
from experiments.store.idempotency import Ledger, owned
from kit.errors import Exhausted
from kit.postgres.pool import Connection, Database
from kit.rpc.answers import stored
from kit.rpc.auth import tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from radiant.experiments.v1 import experiment_service_pb2 as pb
from radiant.experiments.v1 import experiment_service_pb2_grpc

Context = Any


LIFE_S = 10.0
WATCHERS_MAX = 2000


class ExperimentServicer(experiment_service_pb2_grpc.ExperimentServiceServicer):
    """Proves that a change helps before everybody gets it."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        experiments: Experiments,
        assigning: Assigning,
        changes: Changes,
        looks: Looks,
    ) -> None:
        self._database, self._registry, self._experiments = database, registry, experiments
        self._assigning, self._changes, self._looks = assigning, changes, looks
        self._ledger, self._rollouts = Ledger(database), Rollouts(database)
        self._watchers = 0

    async def CreateExperiment(
        self, request: pb.CreateExperimentRequest, context: Context
    ) -> pb.CreateExperimentResponse:
        """Creates a draft."""
        owner = requests.owner_of(request.tenant_id, request.all_tenants)
        return stored(await self._changes.create(request, owner), pb.CreateExperimentResponse)

    async def GetExperiment(self, request: pb.GetExperimentRequest, context: Context) -> pb.GetExperimentResponse:
        """Shows an experiment."""
        kept = await self._experiments.get(requests.reader_of(request.tenant_id), request.experiment_id)
        return pb.GetExperimentResponse(experiment=message_of(kept))

    async def ListExperiments(self, request: pb.ListExperimentsRequest, context: Context) -> pb.ListExperimentsResponse:
        """Lists experiments, newest first."""
        tenant, state = requests.reader_of(request.tenant_id), STATES.get(request.state)
        listing = ("experiments", tenant, state.value if state else "")
        key = decode_page(request.page_token, listing, (int, str)) or (LATEST_US, LAST_ID)
        place = requests.place_of(key)
        kept, more = await self._experiments.page(tenant, state, place, page_size(request.page_size))
        token = ""
        if more:
            last = kept[-1]
            token = encode_page(listing, (int(last.created_at.timestamp() * 1e6), last.experiment.experiment_id))
        return pb.ListExperimentsResponse(experiments=[message_of(each) for each in kept], next_page_token=token)

    async def UpdateExperiment(
        self, request: pb.UpdateExperimentRequest, context: Context
    ) -> pb.UpdateExperimentResponse:
        """Changes an experiment."""
        return stored(await self._changes.update(request), pb.UpdateExperimentResponse)

    async def StartExperiment(self, request: pb.StartExperimentRequest, context: Context) -> pb.StartExperimentResponse:
        """Starts a draft."""
        return stored(await self._changes.move(request, pb.StartExperimentResponse), pb.StartExperimentResponse)

    async def PauseExperiment(self, request: pb.PauseExperimentRequest, context: Context) -> pb.PauseExperimentResponse:
        """Pauses a running experiment."""
        return stored(await self._changes.move(request, pb.PauseExperimentResponse), pb.PauseExperimentResponse)

    async def ResumeExperiment(
        self, request: pb.ResumeExperimentRequest, context: Context
    ) -> pb.ResumeExperimentResponse:
        """Resumes a paused experiment."""
        return stored(await self._changes.move(request, pb.ResumeExperimentResponse), pb.ResumeExperimentResponse)

    async def CompleteExperiment(
        self, request: pb.CompleteExperimentRequest, context: Context
    ) -> pb.CompleteExperimentResponse:
        """Completes an experiment."""
        return stored(await self._changes.move(request, pb.CompleteExperimentResponse), pb.CompleteExperimentResponse)

    async def CancelExperiment(
        self, request: pb.CancelExperimentRequest, context: Context
    ) -> pb.CancelExperimentResponse:
        """Cancels an experiment."""
        return stored(await self._changes.move(request, pb.CancelExperimentResponse), pb.CancelExperimentResponse)

    async def AssignVariant(self, request: pb.AssignVariantRequest, context: Context) -> pb.AssignVariantResponse:
        """Assigns a user."""
        tenant = tenant_of(request.tenant_id)
        experiment = await self._assigning.experiment(tenant, request.experiment_id)
        made = await self._assigning.assign(tenant, experiment, [requests.asker_of(request.context)])
        return pb.AssignVariantResponse(assignment=results.assignment(experiment, made[0]))

    async def BatchAssignVariants(
        self, request: pb.BatchAssignVariantsRequest, context: Context
    ) -> pb.BatchAssignVariantsResponse:
        """Assigns many users."""
        tenant = tenant_of(request.tenant_id)
        experiment = await self._assigning.experiment(tenant, request.experiment_id)
        made = await self._assigning.assign(tenant, experiment, [requests.asker_of(each) for each in request.contexts])
        return pb.BatchAssignVariantsResponse(assignments=[results.assignment(experiment, each) for each in made])

    async def WatchExperiments(
        self, request: pb.WatchExperimentsRequest, context: Context
    ) -> AsyncIterator[pb.WatchExperimentsResponse]:
        """Streams what runs: all of it at the start and after every change, signs of life between."""
        tenant = tenant_of(request.tenant_id)
        if self._watchers >= WATCHERS_MAX:
            raise Exhausted("Too many streams are open.", reason="WATCHERS_FULL")
        changed = asyncio.Event()
        changed.set()
        end = self._registry.listen(changed.set)
        self._watchers += 1
        try:
            while True:
                news = changed.is_set()
                changed.clear()
                running = self._registry.running(tenant) if news else ()
                messages = [running_message(each) for each in running]
                now = timestamp(datetime.now(UTC))
                yield pb.WatchExperimentsResponse(experiments=messages, changed=news, send_time=now, tenant_id=tenant)
                try:
                    async with asyncio.timeout(LIFE_S):
                        await changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._watchers -= 1
            end()

    async def RecordExposures(self, request: pb.RecordExposuresRequest, context: Context) -> pb.RecordExposuresResponse:
        """Takes exposures."""
        tenant = tenant_of(request.tenant_id)
        known = {each.experiment_id for each in request.exposures}
        found = {name: await self._assigning.experiment(tenant, name) for name in sorted(known)}
        taken = requests.exposures_of(request, found, time.time_ns() // 1000)

        async def keep(connection: Connection) -> bytes:
            new = await store.keep(connection, tenant, taken)
            answer = pb.RecordExposuresResponse(recorded_count=new, duplicate_count=len(taken) - new)
            return answer.SerializeToString()

        ledger_request = requests.request_of(request, "RecordExposures", tenant)
        return stored(await self._ledger.once(ledger_request, keep), pb.RecordExposuresResponse)

    async def GetResults(self, request: pb.GetResultsRequest, context: Context) -> pb.GetResultsResponse:
        """Analyses an experiment; of one over all tenants, a tenant sees what came of its own users."""
        reader = requests.reader_of(request.tenant_id)
        kept = await self._experiments.get(reader, request.experiment_id)
        epochs = await self._experiments.epochs(kept.experiment)
        async with owned(self._database, reader) as connection:
            gathered = await gather(connection, kept.experiment)
        found = await analysed(kept, gathered, epochs)
        await self._looks.note(reader, kept, found)
        history = await self._looks.history(reader, request.experiment_id) if request.with_history else ()
        return pb.GetResultsResponse(results=found, history=history)

    async def PlanSampleSize(self, request: pb.PlanSampleSizeRequest, context: Context) -> pb.PlanSampleSizeResponse:
        """Says how large an experiment has to be."""
        plan = plan_sample_size(
            request.baseline_rate,
            request.effect,
            request.alpha or 0.05,
            request.power or 0.8,
            request.users_per_day,
            request.traffic_percentage or 0.5,
        )
        return pb.PlanSampleSizeResponse(users_per_variant=plan.users_per_group, days=plan.days)

    async def StartRollout(self, request: pb.StartRolloutRequest, context: Context) -> pb.StartRolloutResponse:
        """Starts a rollout."""
        return stored(await self._changes.start_rollout(request), pb.StartRolloutResponse)

    async def GetRollout(self, request: pb.GetRolloutRequest, context: Context) -> pb.GetRolloutResponse:
        """Shows a rollout."""
        tenant = requests.reader_of(request.tenant_id)
        told = await self._rollouts.get(tenant, tenant, request.experiment_id)
        return pb.GetRolloutResponse(rollout=rollout_messages.message_of(told))

    async def ApproveRolloutStep(
        self, request: pb.ApproveRolloutStepRequest, context: Context
    ) -> pb.ApproveRolloutStepResponse:
        """Approves the next step."""
        return stored(await self._changes.approve(request), pb.ApproveRolloutStepResponse)

    async def RollBack(self, request: pb.RollBackRequest, context: Context) -> pb.RollBackResponse:
        """Rolls back at once."""
        return stored(await self._changes.roll_back(request), pb.RollBackResponse)
