"""What was learned, and what it recommends."""

from gateway.routes.model import LEARNING, PAGES, RECOMMEND, TENANT, WHOLE, Route

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
        area=RECOMMEND,
        rpc="GetRecommendation",
        summary="Recommends a model; each answer is a decision of its own.",
        in_query={**TENANT, **_CONTEXT},
        fresh=True,
    ),
    Route(
        method="POST",
        path="/neural/recommendation",
        service="neural",
        area=RECOMMEND,
        rpc="GetRecommendation",
        summary="Recommends a model, as GET does, for contexts too large for an address.",
        in_query=TENANT,
        body="context",
        fresh=True,
        operation="getRecommendationFor",
    ),
    Route(
        method="GET",
        path="/neural/scores",
        service="neural",
        area=RECOMMEND,
        rpc="ListModelScores",
        summary="Lists learned scores.",
        in_query={
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
        path="/neural/learn",
        service="neural",
        area=LEARNING,
        rpc="LearnOutput",
        summary="Learns one output at once and shows what its feedback contributes.",
        in_query=TENANT,
        body=WHOLE,
    ),
)
"""What was learned, and what it recommends."""
