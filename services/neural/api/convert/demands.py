"""Contexts in."""

from __future__ import annotations

from kit.errors import FieldViolation, Invalid
from neural.api.convert.enums import GENERAL, STRATEGY_OF
from neural.domain.constraints import Demand, Profile
from radiant.neural.v1 import recommend_service_pb2


def demand_of(context: recommend_service_pb2.RecommendationContext, path: str) -> Demand:
    """Returns what is asked for; raises Invalid for a model with two profiles."""
    profiles: dict[str, Profile] = {}
    problems = []
    for index, each in enumerate(context.profiles):
        if each.model in profiles:
            problems.append(FieldViolation(f"{path}.profiles[{index}].model", "has a profile already"))
        profiles[each.model] = Profile(
            capabilities=frozenset(each.capabilities),
            cost=each.cost if each.HasField("cost") else None,
            latency_ms=each.latency_ms if each.HasField("latency_ms") else None,
            unhealthy=each.unhealthy,
        )
    if problems:
        raise Invalid(problems)
    return Demand(
        user_id=context.user_id,
        task_type=context.task_type,
        domain_mode=context.domain_mode or GENERAL,
        candidates=tuple(context.candidates),
        excluded=frozenset(context.excluded_models),
        capabilities=frozenset(context.required_capabilities),
        profiles=profiles,
        cost_max=context.cost_max if context.HasField("cost_max") else None,
        latency_ms_max=context.latency_ms_max if context.HasField("latency_ms_max") else None,
        cost_weight=context.cost_weight,
        strategy=STRATEGY_OF.get(context.strategy),
    )
