"""Converts recommendation contexts to ranking requests."""

from __future__ import annotations

from kit.errors import FieldViolation, Invalid
from neural.api.convert.enums import DEFAULT_DOMAIN, STRATEGY_OF
from neural.domain.constraints import Profile, RankingRequest
from radiant.neural.v1 import recommend_service_pb2


def ranking_request(context: recommend_service_pb2.RecommendationContext, path: str) -> RankingRequest:
    """Returns the ranking request. `path` is the field path of the context. Raises Invalid for a repeated profile."""
    profiles: dict[str, Profile] = {}
    violations = []
    for index, each in enumerate(context.profiles):
        if each.model in profiles:
            violations.append(FieldViolation(f"{path}.profiles[{index}].model", "has a profile already"))
        profiles[each.model] = Profile(
            capabilities=frozenset(each.capabilities),
            cost=each.cost if each.HasField("cost") else None,
            latency_ms=each.latency_ms if each.HasField("latency_ms") else None,
            is_unhealthy=each.unhealthy,
        )
    if violations:
        raise Invalid(violations)
    return RankingRequest(
        user_id=context.user_id,
        task_type=context.task_type,
        domain_mode=context.domain_mode or DEFAULT_DOMAIN,
        candidates=tuple(context.candidates),
        excluded=frozenset(context.excluded_models),
        capabilities=frozenset(context.required_capabilities),
        profiles=profiles,
        cost_max=context.cost_max if context.HasField("cost_max") else None,
        latency_ms_max=context.latency_ms_max if context.HasField("latency_ms_max") else None,
        cost_weight=context.cost_weight,
        strategy=STRATEGY_OF.get(context.strategy),
    )
