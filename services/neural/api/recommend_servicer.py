"""RecommendService: translates in, calls, translates out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from kit.errors import FieldViolation, Invalid
from kit.rpc.auth import tenant_of
from kit.rpc.pages import decode_page, encode_page, page_size
from neural.api.convert import learning, recommendations
from neural.api.convert.demands import demand_of
from neural.api.convert.enums import SCOPE_OF, STRATEGY_OF, from_seconds
from neural.domain.constraints import Demand
from neural.domain.model import Scope
from neural.queries.scores import Scores, Wanted
from neural.recommendation.recommender import Recommender
from neural.recommendation.watch import Hub, Interest
from neural.settings import RecommendSettings
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2_grpc

Context = Any


ENTRY_LIFE_S = 300.0


class RecommendServicer(recommend_service_pb2_grpc.RecommendServiceServicer):
    """Answers the Brain."""

    def __init__(self, recommender: Recommender, hub: Hub, scores: Scores, settings: RecommendSettings) -> None:
        self._recommender, self._hub, self._scores, self._settings = recommender, hub, scores, settings
        self._valid_s = settings.valid_for.total_seconds()

    async def GetRecommendation(
        self, request: pb.GetRecommendationRequest, context: Context
    ) -> pb.GetRecommendationResponse:
        """Recommends a model."""
        answer = await self._recommend(tenant_of(request.tenant_id), request.context, "context")
        return pb.GetRecommendationResponse(recommendation=answer)

    async def _recommend(self, tenant: str, asked: pb.RecommendationContext, path: str) -> pb.Recommendation:
        digest = asked.SerializeToString()
        treatment = self._recommender.treatment(tenant, asked.user_id, asked.task_type, asked.domain_mode)
        decision = self._recommender.ready(tenant, digest, treatment)
        if decision is None:
            decision = await self._recommender.decide(tenant, digest, demand_of(asked, path), treatment)
        return recommendations.recommendation(decision, self._valid_s)

    async def BatchGetRecommendations(
        self, request: pb.BatchGetRecommendationsRequest, context: Context
    ) -> pb.BatchGetRecommendationsResponse:
        """Recommends for many contexts."""
        tenant = tenant_of(request.tenant_id)
        answers = [
            await self._recommend(tenant, asked, f"contexts[{index}]") for index, asked in enumerate(request.contexts)
        ]
        return pb.BatchGetRecommendationsResponse(recommendations=answers)

    async def WatchRecommendations(
        self, request: pb.WatchRecommendationsRequest, context: Context
    ) -> AsyncIterator[pb.WatchRecommendationsResponse]:
        """Streams the tenant's table."""
        interest = Interest(
            tenant_id=tenant_of(request.tenant_id),
            user_ids=frozenset(request.user_ids),
            task_types=frozenset(request.task_types),
            strategy=STRATEGY_OF.get(request.strategy),
        )
        async for part in self._hub.watch(interest):
            now = time.time()
            entries = [recommendations.entry(user, ranking, now + ENTRY_LIFE_S) for user, ranking in part.rankings]
            yield pb.WatchRecommendationsResponse(
                entries=entries,
                snapshot_complete=part.complete,
                table_version=part.version,
                send_time=from_seconds(now),
            )

    async def RankModels(self, request: pb.RankModelsRequest, context: Context) -> pb.RankModelsResponse:
        """Mixes the Brain's scores with what was learned."""
        tenant = tenant_of(request.tenant_id)
        models = [each.model for each in request.scores]
        if twice := [index for index, model in enumerate(models) if model in models[:index]]:
            raise Invalid([FieldViolation(f"scores[{index}].model", "is scored already") for index in twice])
        asked = demand_of(request.context, "context")
        demand = replace(asked, candidates=tuple(models))
        free = Demand(
            user_id=asked.user_id,
            task_type=asked.task_type,
            domain_mode=asked.domain_mode,
            candidates=tuple(models),
            strategy=asked.strategy,
        )
        ranking = (await self._recommender.prepare(tenant, demand)).ranking
        everyone = (await self._recommender.prepare(tenant, free)).ranking
        return recommendations.mixed(ranking, everyone, request.scores, self._settings.beliefs.threshold)

    async def ListModelScores(self, request: pb.ListModelScoresRequest, context: Context) -> pb.ListModelScoresResponse:
        """Lists learned scores, a page at a time."""
        scope = SCOPE_OF[request.scope]
        if (scope is Scope.USER) != bool(request.user_id):
            raise Invalid.field("user_id", "is needed at user scope and refused at the others")
        wanted = Wanted(
            scope=scope,
            tenant_id=tenant_of(request.tenant_id),
            user_id=request.user_id,
            model=request.model,
            task_type=request.task_type,
            domain_mode=request.domain_mode,
            rollups=request.include_rollups,
        )
        filters = (wanted.model, wanted.task_type, wanted.domain_mode, str(wanted.rollups))
        listing = (scope.value, wanted.tenant_id, wanted.user_id, *filters)
        key = decode_page(request.page_token, listing, (str, str, str)) or ("", "", "")
        place = (str(key[0]), str(key[1]), str(key[2]))
        page = await self._scores.page(wanted, place, page_size(request.page_size))
        token = ""
        if page.more:
            last = page.scores[-1]
            token = encode_page(listing, (last.task_type, last.domain_mode, last.model))
        return learning.scores(page, wanted, self._settings.beliefs.min_samples[scope], token)

    async def ExplainRecommendation(
        self, request: pb.ExplainRecommendationRequest, context: Context
    ) -> pb.ExplainRecommendationResponse:
        """Explains without deciding."""
        demand = demand_of(request.context, "context")
        prepared = await self._recommender.prepare(tenant_of(request.tenant_id), demand)
        return recommendations.explanation(prepared.ranking)
