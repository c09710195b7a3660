"""Priors of tenants, with the strengths fitted by the nightly run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kit.poll import Snapshot
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.shrinkage import Priors
from neural.store.access import LEARNER

_SQL = load_queries("neural", "recommendation.sql")

POLL_INTERVAL = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _PriorsByTenant:
    shared: Priors
    """Priors of tenants without a fitted strength."""
    of_tenants: Mapping[str, Priors] = field(default_factory=dict)


class FittedPriors:
    """The fitted priors of all tenants, reloaded every 30 s. The configured strength applies where none was fitted."""

    def __init__(self, database: Database, configured: Priors) -> None:
        self._database, self._configured = database, configured
        self.snapshot = Snapshot("fitted-priors", self._load, _PriorsByTenant(configured), POLL_INTERVAL)

    def of(self, tenant: str) -> Priors:
        """Returns the priors of a tenant."""
        priors = self.snapshot.value
        return priors.of_tenants.get(tenant, priors.shared)

    async def _load(self, _: _PriorsByTenant) -> _PriorsByTenant:
        async with self._database.as_role(LEARNER) as connection:
            rows = await connection.fetch(_SQL["strengths"])
        shared = replace(self._configured, **{row["level"]: row["strength"] for row in rows if not row["tenant_id"]})
        of_tenants = {
            row["tenant_id"]: replace(shared, **{row["level"]: row["strength"]}) for row in rows if row["tenant_id"]
        }
        return _PriorsByTenant(shared, of_tenants)
