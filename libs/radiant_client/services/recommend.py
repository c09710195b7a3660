"""Client of RecommendService: recommendations, rankings, learned scores and explanations."""

from collections.abc import AsyncIterator, Mapping, Sequence

from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc, scoring_pb2
from radiant_client.messages.fields import enum_value
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from splits.user_keys import user_key

SERVICE = "radiant.neural.v1.RecommendService"


def context(
    task_type: str,
    *,
    user_id: str = "",
    domain_mode: str = "",
    candidates: Sequence[str] = (),
    excluded: Sequence[str] = (),
    required_capabilities: Sequence[str] = (),
    profiles: Sequence[recommend_service_pb2.ModelProfile] = (),
    cost_max: float | None = None,
    latency_ms_max: float | None = None,
    cost_weight: float = 0.0,
    strategy: str = "",
) -> recommend_service_pb2.RecommendationContext:
    """Returns the context of a recommendation. The strategy is given by its short name, such as thompson.

    Raises ValueError for an unknown strategy.
    """
    return recommend_service_pb2.RecommendationContext(
        user_id=user_key(user_id),
        task_type=task_type,
        domain_mode=domain_mode,
        candidates=candidates,
        excluded_models=excluded,
        required_capabilities=required_capabilities,
        profiles=profiles,
        cost_max=cost_max,
        latency_ms_max=latency_ms_max,
        cost_weight=cost_weight,
        strategy=enum_value(scoring_pb2.Strategy, strategy or "unspecified"),
    )


class Recommend:
    """Recommendation service for the tenant of the token. Timeouts are in seconds.

    Every call can raise RadiantClientError.
    """

    def __init__(self, connection: Connection) -> None:
        self._caller = Caller(connection, SERVICE)
        self._stub = recommend_service_pb2_grpc.RecommendServiceStub(connection.channel)

    async def get(
        self, asked: recommend_service_pb2.RecommendationContext, *, timeout: float | None = None
    ) -> recommend_service_pb2.Recommendation:
        """Returns a recommendation. Put its decision_id and propensity into the manifest."""
        request = recommend_service_pb2.GetRecommendationRequest(context=asked)
        response = await self._caller.call(self._stub.GetRecommendation, request, timeout=timeout)
        return response.recommendation

    async def batch(
        self, asked: Sequence[recommend_service_pb2.RecommendationContext], *, timeout: float | None = None
    ) -> list[recommend_service_pb2.Recommendation]:
        """Returns one recommendation per context, for 1 to 256 contexts, in order."""
        request = recommend_service_pb2.BatchGetRecommendationsRequest(contexts=asked)
        response = await self._caller.call(self._stub.BatchGetRecommendations, request, timeout=timeout)
        return list(response.recommendations)

    async def rank(
        self,
        asked: recommend_service_pb2.RecommendationContext,
        brain_scores: Mapping[str, float],
        *,
        timeout: float | None = None,
    ) -> recommend_service_pb2.RankModelsResponse:
        """Returns the models by the blend of the scores of the Brain, in [0, 1], and the learned scores, best first."""
        request = recommend_service_pb2.RankModelsRequest(
            context=asked,
            scores=[
                recommend_service_pb2.BrainScore(model=model, score=score) for model, score in brain_scores.items()
            ],
        )
        return await self._caller.call(self._stub.RankModels, request, timeout=timeout)

    async def list_scores(
        self,
        scope: str,
        *,
        user_id: str = "",
        model: str = "",
        task_type: str = "",
        domain_mode: str = "",
        include_rollups: bool = False,
        page_size: int = 200,
        timeout: float | None = None,
    ) -> AsyncIterator[scoring_pb2.ModelScore]:
        """Yields the learned scores of a scope (user, tenant or global) from all pages.

        The timeout applies to each page.
        """
        request = recommend_service_pb2.ListModelScoresRequest(
            scope=enum_value(scoring_pb2.Scope, scope),
            user_id=user_key(user_id),
            model=model,
            task_type=task_type,
            domain_mode=domain_mode,
            include_rollups=include_rollups,
            page_size=page_size,
        )
        while True:
            page = await self._caller.call(self._stub.ListModelScores, request, timeout=timeout)
            for score in page.scores:
                yield score
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def explain(
        self, asked: recommend_service_pb2.RecommendationContext, *, timeout: float | None = None
    ) -> recommend_service_pb2.ExplainRecommendationResponse:
        """Returns the recommendation for a context with its explanation. No decision is logged."""
        request = recommend_service_pb2.ExplainRecommendationRequest(context=asked)
        return await self._caller.call(self._stub.ExplainRecommendation, request, timeout=timeout)
