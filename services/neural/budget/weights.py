"""The weight of cost that each tenant's budget asks for, as recommendations take it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import Demand
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "budget.sql")

LOOK_S = 2.0
"""Changes of weights are seen within it."""
NOTABLE = 0.05
"""A change of weight that streams are told of at once; smaller ones reach them with their next refresh."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a tenant's budget asks for."""

    weight: float
    """In [0, 1], in hundredths, so that what is prepared outlives changes that change nothing."""
    model_costs: Mapping[str, float] = field(default_factory=dict)
    """US dollars, to two digits for the same reason."""

    def applied(self, demand: Demand) -> Demand:
        """Returns the demand as the budget has it; a request's own greater weight and its own costs hold."""
        return replace(demand, budget_weight=self.weight, model_costs=self.model_costs)


class Prices(Protocol):
    """Tells what budgets ask for."""

    def price(self, tenant: str) -> Price | None:
        """Returns what the tenant's budget asks for, the same object until that changes; None without a budget."""
        ...


class NoPrices:
    """Stands in where there are no budgets."""

    def price(self, tenant: str) -> Price | None:
        """Returns None."""
        return None


class PacedPrices:
    """Knows what the pacers of all tenants say, a few seconds late."""

    def __init__(self, database: Database, changed: Callable[[str], None]) -> None:
        """`changed` is called with each tenant whose weight changed notably."""
        self._database, self._changed = database, changed
        self._prices: dict[str, Price] = {}
        self._told: dict[str, float] = {}

    def price(self, tenant: str) -> Price | None:
        """Returns what the tenant's budget asks for."""
        return self._prices.get(tenant)

    async def look(self) -> None:
        """Reads what the pacers say."""
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["prices"])
        prices = {}
        for row in rows:
            tenant, price = row["tenant_id"], _price(row["cost_weight"], row["model_costs"])
            known = self._prices.get(tenant)
            prices[tenant] = known if known == price else price
        self._prices = prices
        for tenant in prices.keys() | self._told.keys():
            self._tell(tenant, prices[tenant].weight if tenant in prices else 0.0)
        self._told = {tenant: weight for tenant, weight in self._told.items() if tenant in prices or weight}

    def _tell(self, tenant: str, weight: float) -> None:
        if abs(weight - self._told.get(tenant, 0.0)) >= NOTABLE:
            self._told[tenant] = weight
            self._changed(tenant)

    async def look_forever(self) -> None:
        """Looks every two seconds."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)


def _price(weight: float, model_costs: str) -> Price:
    return Price(round(weight, 2), {model: float(f"{cost:.2g}") for model, cost in json.loads(model_costs).items()})
