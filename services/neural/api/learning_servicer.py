"""Servicer of LearningService."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kit.auth.tokens import current_principal, require_all_tenants, tenant_of
from kit.postgres.audit import UNKNOWN_ACTOR
from kit.postgres.idempotency import IdempotencyKey
from kit.postgres.pool import Database
from kit.rpc.keyset import FLOAT, TEXT, Keyset
from neural.api.convert import evaluation, learning, runs
from neural.api.convert.enums import STRATEGY_OF
from neural.boards.cache import BoardCache
from neural.evaluation.evaluate import PolicyEvaluator
from neural.learning.learner import Learner
from neural.learning.single_output import learn_output
from neural.nightly.history import read_runs
from neural.nightly.run import NightlyRuns
from neural.queries.learning_status import learning_status, trust_scores
from neural.queries.tenant_settings import SettingsChange, TenantSettings
from neural.trust.pins import PinRequest, TrustPins
from radiant.neural.v1 import learning_service_pb2 as pb
from radiant.neural.v1 import learning_service_pb2_grpc

Context = Any

_TRUST_SCORES = Keyset((FLOAT, TEXT), start=(-1.0, ""))


class LearningServicer(learning_service_pb2_grpc.LearningServiceServicer):
    """Implements LearningService."""

    def __init__(
        self,
        database: Database,
        cache: BoardCache,
        learner: Learner,
        nightly: NightlyRuns,
        settings: TenantSettings,
        evaluator: PolicyEvaluator,
        pins: TrustPins,
    ) -> None:
        self._database, self._cache, self._learner = database, cache, learner
        self._nightly, self._settings, self._evaluator = nightly, settings, evaluator
        self._pins = pins

    async def LearnOutput(self, request: pb.LearnOutputRequest, context: Context) -> pb.LearnOutputResponse:
        """Learns one output immediately."""
        tenant = tenant_of(request.tenant_id)
        return learning.learned_output(await learn_output(self._database, self._learner, tenant, request.output_id))

    async def RunBatchLearning(
        self, request: pb.RunBatchLearningRequest, context: Context
    ) -> pb.RunBatchLearningResponse:
        """Executes a nightly run. Only an operator of all tenants may start one."""
        require_all_tenants("A batch run")
        return learning.run_report(
            await self._nightly.run(request.request_id, current_principal().subject or UNKNOWN_ACTOR)
        )

    async def ListBatchRuns(self, request: pb.ListBatchRunsRequest, context: Context) -> pb.ListBatchRunsResponse:
        """Lists nightly runs, newest first, to an operator of all tenants."""
        require_all_tenants("The list of batch runs")
        page = runs.RUNS.request(request, "runs")
        return runs.run_page(page.page(await read_runs(self._database, page.after, page.limit), runs.position_of))

    async def GetLearningStatus(
        self, request: pb.GetLearningStatusRequest, context: Context
    ) -> pb.GetLearningStatusResponse:
        """Returns the state of learning. Without a tenant, an operator gets the state of all tenants."""
        is_all_tenants = not request.tenant_id and not current_principal().tenant_id
        tenant = "" if is_all_tenants else tenant_of(request.tenant_id)
        status = await learning_status(self._database, tenant)
        is_operator = not current_principal().tenant_id
        return learning.learning_status(status, await self._cache.is_available(), is_operator)

    async def ListTrustScores(self, request: pb.ListTrustScoresRequest, context: Context) -> pb.ListTrustScoresResponse:
        """Lists trust scores, lowest trust first."""
        tenant = tenant_of(request.tenant_id)
        page = _TRUST_SCORES.request(request, "trust", tenant, str(request.outliers_only))
        rows = await trust_scores(self._database, tenant, request.outliers_only, page.after, page.limit)
        return learning.trust_page(page.page(rows, lambda row: (row["trust"], row["user_id"])))

    async def PinTrustScore(self, request: pb.PinTrustScoreRequest, context: Context) -> pb.PinTrustScoreResponse:
        """Pins the trust of a rater."""
        actor = current_principal().subject or "an operator"
        change = PinRequest(
            key=IdempotencyKey.of(request, "PinTrustScore", tenant_of(request.tenant_id)),
            user_id=request.user_id,
            trust=request.trust,
            explanation=f"Pinned at {request.trust:g} by {actor}: {request.reason}",
            actor=current_principal().subject,
            reason=request.reason,
        )
        return pb.PinTrustScoreResponse.FromString(
            await self._pins.change(
                change, lambda row: pb.PinTrustScoreResponse(score=learning.trust_score(row)).SerializeToString()
            )
        )

    async def ClearTrustScore(self, request: pb.ClearTrustScoreRequest, context: Context) -> pb.ClearTrustScoreResponse:
        """Clears the pin of a rater and computes the trust again."""
        change = PinRequest(
            key=IdempotencyKey.of(request, "ClearTrustScore", tenant_of(request.tenant_id)),
            user_id=request.user_id,
            trust=None,
            actor=current_principal().subject,
        )
        return pb.ClearTrustScoreResponse.FromString(
            await self._pins.change(
                change, lambda row: pb.ClearTrustScoreResponse(score=learning.trust_score(row)).SerializeToString()
            )
        )

    async def EvaluatePolicy(self, request: pb.EvaluatePolicyRequest, context: Context) -> pb.EvaluatePolicyResponse:
        """Estimates the mean reward of a strategy from logged decisions."""
        tenant = tenant_of(request.tenant_id)
        start, end = evaluation.period(request, datetime.now(UTC))
        strategy = STRATEGY_OF[request.strategy]
        return evaluation.evaluation_response(await self._evaluator.evaluate(tenant, strategy, start, end))

    async def GetTenantSettings(
        self, request: pb.GetTenantSettingsRequest, context: Context
    ) -> pb.GetTenantSettingsResponse:
        """Returns the settings and the spending of a tenant."""
        return learning.settings_status(await self._settings.read(tenant_of(request.tenant_id)))

    async def UpdateTenantSettings(
        self, request: pb.UpdateTenantSettingsRequest, context: Context
    ) -> pb.UpdateTenantSettingsResponse:
        """Changes the settings of a tenant."""
        answer = pb.UpdateTenantSettingsResponse(settings=request.settings)
        change = SettingsChange(
            key=IdempotencyKey.of(request, "UpdateTenantSettings", tenant_of(request.tenant_id)),
            global_learning=request.settings.global_learning,
            daily_budget_usd=request.settings.daily_budget_usd,
            actor=current_principal().subject,
            answer=answer.SerializeToString(),
        )
        return pb.UpdateTenantSettingsResponse.FromString(await self._settings.change(change))
