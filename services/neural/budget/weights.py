"""Cost weights of tenants with a budget, read from the database for recommendations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import asyncpg

from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import RankingRequest
from neural.store.access import LEARNER

_SQL = load_queries("neural", "budget.sql")

POLL_INTERVAL = timedelta(seconds=2)
NOTIFY_CHANGE_MIN = 0.05
"""Smallest change of a weight that is sent to watch streams at once. Their next refresh contains smaller changes."""


@dataclass(frozen=True, slots=True)
class BudgetWeight:
    """Cost weight of a tenant's budget, and the mean costs of models."""

    weight: float
    """In [0, 1], rounded to 0.01, so that prepared rankings stay valid during insignificant changes."""
    model_costs: Mapping[str, float] = field(default_factory=dict)
    """In US dollars, rounded to two digits for the same reason. Models without a known cost are left out."""
    mean_cost: float | None = None
    """Mean cost of all outputs, rounded in the same way; None without a known cost."""

    def apply(self, request: RankingRequest) -> RankingRequest:
        """Returns the request with the weight and the costs of the budget."""
        return replace(request, budget_weight=self.weight, model_costs=self.model_costs, mean_cost=self.mean_cost)


WeightByTenant = Mapping[str, BudgetWeight]


class BudgetWeights:
    """The weights of all tenants, reloaded every 2 s."""

    def __init__(self, database: Database, on_changed: Callable[[str], None]) -> None:
        """`on_changed` is called with each tenant whose weight changed by at least NOTIFY_CHANGE_MIN."""
        self._database, self._on_changed = database, on_changed
        self._notified: dict[str, float] = {}
        initial: WeightByTenant = {}
        self.snapshot = Snapshot("budget-weights", self._load, initial, POLL_INTERVAL, changed=self._notify)

    def get(self, tenant: str) -> BudgetWeight | None:
        """Returns the weight of a tenant, the same object until it changes, or None without a budget."""
        return self.snapshot.value.get(tenant)

    async def _load(self, current: WeightByTenant) -> WeightByTenant:
        async with self._database.as_role(LEARNER) as connection:
            rows = await connection.fetch(_SQL["budget_weights"])
        weights = {row["tenant_id"]: _rounded(row) for row in rows}
        if weights == current:
            return current
        kept = {tenant: current[tenant] for tenant, weight in weights.items() if current.get(tenant) == weight}
        return {**weights, **kept}

    def _notify(self, _: WeightByTenant, weights: WeightByTenant) -> None:
        for tenant in weights.keys() | self._notified.keys():
            weight = weights[tenant].weight if tenant in weights else 0.0
            if abs(weight - self._notified.get(tenant, 0.0)) >= NOTIFY_CHANGE_MIN:
                self._notified[tenant] = weight
                self._on_changed(tenant)
        self._notified = {tenant: weight for tenant, weight in self._notified.items() if tenant in weights or weight}


def _rounded(row: asyncpg.Record) -> BudgetWeight:
    costs = {model: _two_digits(cost) for model, cost in json.loads(row["model_costs"]).items()}
    mean = row["mean_cost"]
    return BudgetWeight(round(row["cost_weight"], 2), costs, None if mean is None else _two_digits(mean))


def _two_digits(cost: float) -> float:
    return float(f"{cost:.2g}")
