"""Error rates that exclude models from recommendations, read from the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg

from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.constraints import RankingRequest
from neural.domain.reliability import CallCounts, ExcessRates, excess_rates
from neural.store.access import LEARNER

_SQL = load_queries("neural", "recommendation.sql")

POLL_INTERVAL = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class UnreliableModels:
    """Models of a tenant for which the lower bound of the error rate exceeds the maximum."""

    rates: Mapping[str, ExcessRates]

    def apply(self, request: RankingRequest) -> RankingRequest:
        """Returns the request with the error rates of its task."""
        rates = {model: excess.of(request.task_type) for model, excess in self.rates.items()}
        return replace(request, error_rates={model: rate for model, rate in rates.items() if rate is not None})


ModelsByTenant = Mapping[str, UnreliableModels]


class ErrorRates:
    """The unreliable models of all tenants, reloaded every 5 s."""

    def __init__(
        self, database: Database, rate_max: float, window: timedelta, on_changed: Callable[[str], None]
    ) -> None:
        """`on_changed` is called with each tenant whose unreliable models changed."""
        self._database, self._rate_max, self._window = database, rate_max, window
        self._on_changed = on_changed
        initial: ModelsByTenant = {}
        self.snapshot = Snapshot("error-rates", self._load, initial, POLL_INTERVAL, changed=self._notify)

    def get(self, tenant: str) -> UnreliableModels | None:
        """Returns the unreliable models of a tenant, the same object until they change, or None without any."""
        return self.snapshot.value.get(tenant)

    async def _load(self, current: ModelsByTenant) -> ModelsByTenant:
        async with self._database.as_role(LEARNER) as connection:
            rows = await connection.fetch(_SQL["failing_models"], self._window)
        counts: dict[str, dict[str, dict[str, CallCounts]]] = {}
        for row in rows:
            counts.setdefault(row["tenant_id"], {}).setdefault(row["model"], {})[row["task_type"]] = call_counts(row)
        found: dict[str, UnreliableModels] = {}
        for tenant, models in counts.items():
            rates = {model: excess_rates(by_task, self._rate_max) for model, by_task in models.items()}
            if exceeded := {model: excess for model, excess in rates.items() if excess is not None}:
                found[tenant] = UnreliableModels(exceeded)
        if found == current:
            return current
        kept = {tenant: current[tenant] for tenant, models in found.items() if current.get(tenant) == models}
        return {**found, **kept}

    def _notify(self, before: ModelsByTenant, after: ModelsByTenant) -> None:
        for tenant in before.keys() | after.keys():
            if before.get(tenant) is not after.get(tenant):
                self._on_changed(tenant)


def call_counts(row: asyncpg.Record) -> CallCounts:
    """Returns the counts of a row."""
    return CallCounts(**{name: row[name] for name in ("answered", "errors", "timeouts", "cancelled")})
