"""Cost weights of tenants with a budget, read from the database for recommendations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import RankingRequest
from neural.store.transactions import as_learner

_SQL = load_queries("neural", "budget.sql")

POLL_INTERVAL_S = 2.0
NOTIFY_CHANGE_MIN = 0.05
"""Smallest change of a weight that is sent to watch streams at once. Their next refresh contains smaller changes."""


@dataclass(frozen=True, slots=True)
class BudgetWeight:
    """Cost weight of a tenant's budget, and the mean costs of models."""

    weight: float
    """In [0, 1], rounded to 0.01, so that prepared rankings stay valid during insignificant changes."""
    model_costs: Mapping[str, float] = field(default_factory=dict)
    """In US dollars, rounded to two digits for the same reason."""

    def apply(self, request: RankingRequest) -> RankingRequest:
        """Returns the request with the weight and the costs of the budget."""
        return replace(request, budget_weight=self.weight, model_costs=self.model_costs)


class BudgetWeights:
    """The weights of all tenants, at most a few seconds old."""

    def __init__(self, database: Database, on_changed: Callable[[str], None]) -> None:
        """`on_changed` is called with each tenant whose weight changed by at least NOTIFY_CHANGE_MIN."""
        self._database, self._on_changed = database, on_changed
        self._weights: dict[str, BudgetWeight] = {}
        self._notified: dict[str, float] = {}

    def get(self, tenant: str) -> BudgetWeight | None:
        """Returns the weight of a tenant, the same object until it changes, or None without a budget."""
        return self._weights.get(tenant)

    async def refresh(self) -> None:
        """Reads the weights."""
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["budget_weights"])
        weights = {}
        for row in rows:
            tenant, weight = row["tenant_id"], _rounded(row["cost_weight"], row["model_costs"])
            known = self._weights.get(tenant)
            weights[tenant] = known if known == weight else weight
        self._weights = weights
        for tenant in weights.keys() | self._notified.keys():
            self._notify(tenant, weights[tenant].weight if tenant in weights else 0.0)
        self._notified = {tenant: weight for tenant, weight in self._notified.items() if tenant in weights or weight}

    def _notify(self, tenant: str, weight: float) -> None:
        if abs(weight - self._notified.get(tenant, 0.0)) >= NOTIFY_CHANGE_MIN:
            self._notified[tenant] = weight
            self._on_changed(tenant)

    async def run_forever(self) -> None:
        """Reads the weights every 2 s."""
        while True:
            await self.refresh()
            await asyncio.sleep(POLL_INTERVAL_S)


def _rounded(weight: float, model_costs: str) -> BudgetWeight:
    costs = {model: float(f"{cost:.2g}") for model, cost in json.loads(model_costs).items()}
    return BudgetWeight(round(weight, 2), costs)
