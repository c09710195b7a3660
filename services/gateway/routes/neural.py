"""Routes of recommendations and learned scores."""

from gateway.routes.model import LEARNING, PAGES, RECOMMEND, TENANT, WHOLE_REQUEST, Route

_CONTEXT = {
    "userId": "context.user_id",
    "taskType": "context.task_type",
    "domainMode": "context.domain_mode",
    "candidates": "context.candidates",
    "excludedModels": "context.excluded_models",
    "requiredCapabilities": "context.required_capabilities",
    "profiles": "context.profiles",
    "costMax": "context.cost_max",
    "latencyMsMax": "context.latency_ms_max",
    "costWeight": "context.cost_weight",
    "strategy": "context.strategy",
}

ROUTES = (
    Route(
        method="GET",
        path="/neural/recommendation",
        service="neural",
        grpc_service=RECOMMEND,
        rpc="GetRecommendation",
        summary="Recommends a model. Each response is a new decision.",
        query_params={**TENANT, **_CONTEXT},
        is_cacheable=False,
    ),
    Route(
        method="POST",
        path="/neural/recommendation",
        service="neural",
        grpc_service=RECOMMEND,
        rpc="GetRecommendation",
        summary="Recommends a model, like GET, for a context that is too large for a URL.",
        query_params=TENANT,
        body="context",
        is_cacheable=False,
        operation_id="getRecommendationFor",
    ),
    Route(
        method="GET",
        path="/neural/scores",
        service="neural",
        grpc_service=RECOMMEND,
        rpc="ListModelScores",
        summary="Lists learned scores.",
        query_params={
            **TENANT,
            "scope": "scope",
            "userId": "user_id",
            "model": "model",
            "taskType": "task_type",
            "domainMode": "domain_mode",
            "includeRollups": "include_rollups",
            **PAGES,
        },
    ),
    Route(
        method="POST",
        path="/neural/decisions",
        service="neural",
        grpc_service=RECOMMEND,
        rpc="RecordDecisions",
        summary="Records decisions that a client made without a call, for the evaluation of policies.",
        query_params=TENANT,
        body=WHOLE_REQUEST,
    ),
    Route(
        method="POST",
        path="/neural/learn",
        service="neural",
        grpc_service=LEARNING,
        rpc="LearnOutput",
        summary="Learns an output immediately and returns the contribution of its feedback.",
        query_params=TENANT,
        body=WHOLE_REQUEST,
    ),
)
"""Routes of recommendations and learned scores."""
