"""Servicer of RecommendService."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kit.auth.tokens import tenant_of
from kit.errors import FieldViolation, Invalid
from kit.rpc.keyset import TEXT, Keyset
from neural.api.convert import decisions, learning, recommendations
from neural.api.convert.enums import SCOPE_OF, STRATEGY_OF, from_seconds
from neural.api.convert.requests import ranking_request
from neural.domain.constraints import RankingRequest
from neural.domain.model import Scope
from neural.queries.reliability import Reliability
from neural.queries.scores import ScoreFilter, Scores
from neural.recommendation.client_decisions import ClientDecisions
from neural.recommendation.recommender import Recommender
from neural.recommendation.watch import WatchFilter, WatchHub
from neural.settings import RecommendSettings
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2_grpc

Context = Any

_SCORES = Keyset((TEXT, TEXT, TEXT), start=("", "", ""))


ENTRY_TTL_S = 300.0


class RecommendServicer(recommend_service_pb2_grpc.RecommendServiceServicer):
    """Implements RecommendService."""

    def __init__(
        self,
        recommender: Recommender,
        hub: WatchHub,
        scores: Scores,
        client_decisions: ClientDecisions,
        reliability: Reliability,
        settings: RecommendSettings,
    ) -> None:
        self._recommender, self._hub, self._scores, self._settings = recommender, hub, scores, settings
        self._client_decisions, self._reliability = client_decisions, reliability
        self._answer_ttl_s = settings.answer_ttl.total_seconds()

    async def GetRecommendation(
        self, request: pb.GetRecommendationRequest, context: Context
    ) -> pb.GetRecommendationResponse:
        """Recommends a model for one context."""
        answer = await self._recommend(tenant_of(request.tenant_id), request.context, "context")
        return pb.GetRecommendationResponse(recommendation=answer)

    async def _recommend(self, tenant: str, context: pb.RecommendationContext, path: str) -> pb.Recommendation:
        digest = context.SerializeToString()
        override = self._recommender.override_of(tenant, context.user_id, context.task_type, context.domain_mode)
        decision = self._recommender.decide_prepared(tenant, digest, override)
        if decision is None:
            decision = await self._recommender.decide(tenant, digest, ranking_request(context, path), override)
        return recommendations.recommendation(decision, self._answer_ttl_s)

    async def BatchGetRecommendations(
        self, request: pb.BatchGetRecommendationsRequest, context: Context
    ) -> pb.BatchGetRecommendationsResponse:
        """Recommends a model for each context."""
        tenant = tenant_of(request.tenant_id)
        answers = [
            await self._recommend(tenant, each, f"contexts[{index}]") for index, each in enumerate(request.contexts)
        ]
        return pb.BatchGetRecommendationsResponse(recommendations=answers)

    async def WatchRecommendations(
        self, request: pb.WatchRecommendationsRequest, context: Context
    ) -> AsyncIterator[pb.WatchRecommendationsResponse]:
        """Streams the table entries of a tenant."""
        selected = WatchFilter(
            tenant_id=tenant_of(request.tenant_id),
            user_ids=frozenset(request.user_ids),
            task_types=frozenset(request.task_types),
            strategy=STRATEGY_OF.get(request.strategy),
        )
        async for part in self._hub.watch(selected):
            now = time.time()
            entries = [recommendations.entry(user, ranking, now + ENTRY_TTL_S) for user, ranking in part.rankings]
            yield pb.WatchRecommendationsResponse(
                entries=entries,
                snapshot_complete=part.is_complete,
                table_version=part.version,
                send_time=from_seconds(now),
            )

    async def RankModels(self, request: pb.RankModelsRequest, context: Context) -> pb.RankModelsResponse:
        """Blends the scores of the Brain with estimates."""
        tenant = tenant_of(request.tenant_id)
        models = [each.model for each in request.scores]
        if repeated := [index for index, model in enumerate(models) if model in models[:index]]:
            raise Invalid([FieldViolation(f"scores[{index}].model", "is scored already") for index in repeated])
        constrained = replace(ranking_request(request.context, "context"), candidates=tuple(models))
        unconstrained = RankingRequest(
            user_id=constrained.user_id,
            task_type=constrained.task_type,
            domain_mode=constrained.domain_mode,
            candidates=constrained.candidates,
            strategy=constrained.strategy,
            is_unconstrained=True,
        )
        ranking = (await self._recommender.prepare(tenant, constrained)).ranking
        estimates = (await self._recommender.prepare(tenant, unconstrained)).ranking
        return recommendations.blended_scores(ranking, estimates, request.scores, self._settings.priors.threshold)

    async def ListModelScores(self, request: pb.ListModelScoresRequest, context: Context) -> pb.ListModelScoresResponse:
        """Lists learned scores."""
        scope = SCOPE_OF[request.scope]
        if (scope is Scope.USER) != bool(request.user_id):
            raise Invalid.field("user_id", "must be set at user scope, and empty at other scopes")
        tenant = tenant_of(request.tenant_id)
        selected = ScoreFilter(
            scope=scope,
            tenant_id=tenant,
            user_id=request.user_id,
            model=self._recommender.names_of(tenant).model(request.model) if request.model else "",
            task_type=request.task_type,
            domain_mode=request.domain_mode,
            includes_rollups=request.include_rollups,
        )
        filters = (selected.model, selected.task_type, selected.domain_mode, str(selected.includes_rollups))
        page = _SCORES.request(request, scope.value, selected.tenant_id, selected.user_id, *filters)
        found = await self._scores.read(selected, page.after, page.limit)
        scores = page.page(found.scores, lambda each: (each.task_type, each.domain_mode, each.model))
        answer = learning.score_page(scores, found.version, selected, self._settings.priors.samples_min(scope))
        if scope is Scope.TENANT and not request.page_token:
            calls = await self._reliability.read(selected.tenant_id, model=request.model, task_type=request.task_type)
            answer.reliability.extend(learning.model_reliability(each) for each in calls)
        return answer

    async def ExplainRecommendation(
        self, request: pb.ExplainRecommendationRequest, context: Context
    ) -> pb.ExplainRecommendationResponse:
        """Explains a ranking without a decision."""
        ranked = ranking_request(request.context, "context")
        tenant = tenant_of(request.tenant_id)
        prepared = await self._recommender.prepare(tenant, ranked)
        answer = recommendations.explanation(prepared.ranking)
        named = {each.ranked.model for each in answer.models} | {each.model for each in answer.refused}
        named |= {prepared.ranking.request.names.model(each) for each in named}
        calls = await self._reliability.read(tenant, task_type=ranked.task_type)
        answer.reliability.extend(learning.model_reliability(each) for each in calls if each.model in named)
        return answer

    async def RecordDecisions(self, request: pb.RecordDecisionsRequest, context: Context) -> pb.RecordDecisionsResponse:
        """Stores decisions that a client made without a call."""
        tenant = tenant_of(request.tenant_id)
        names = self._recommender.names_of(tenant)
        stated = [each.credited(names) for each in decisions.client_decisions(request.decisions, datetime.now(UTC))]
        return decisions.record_response(await self._client_decisions.record(tenant, stated))
