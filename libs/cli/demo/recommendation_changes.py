"""Recommendations of a few contexts, recorded before and after a play."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cli.demo.workload import TENANTS, Request
from radiant.neural.v1 import recommend_service_pb2
from radiant_client import Radiant, context


@dataclass(frozen=True, slots=True)
class Context:
    """Tenant, user, task and domain of a recommendation."""

    tenant: str
    user: str
    """Empty for the whole tenant."""
    task: str
    domain: str


@dataclass(frozen=True, slots=True)
class RecommendationChange:
    """The recommendations of one context before and after a play."""

    context: Context
    before: recommend_service_pb2.Recommendation
    after: recommend_service_pb2.Recommendation


def contexts_of(requests: Sequence[Request]) -> list[Context]:
    """Returns the most frequent tasks and domains, one per tenant, and the most frequent context of a user."""
    kinds = Counter((request.task, request.domain) for request in requests).most_common(len(TENANTS))
    chosen = [Context(tenant, "", *kind) for tenant, (kind, _) in zip(TENANTS, kinds, strict=False)]
    users = Counter(Context(request.tenant, request.user, request.task, request.domain) for request in requests)
    return [*chosen, *(busiest for busiest, _ in users.most_common(1))]


async def greedy_recommendation(
    radiant: Radiant, where: Context, candidates: Sequence[str]
) -> recommend_service_pb2.Recommendation:
    """Returns the greedy recommendation of a context, without exploration."""
    asked = context(where.task, user_id=where.user, domain_mode=where.domain, candidates=candidates, strategy="greedy")
    return await radiant.recommend.get(asked, timeout=10.0)
