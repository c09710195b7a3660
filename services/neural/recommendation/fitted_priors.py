"""Priors of tenants, with the strengths fitted by the nightly run."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from kit.errors import RadiantError
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.shrinkage import Priors
from neural.store.transactions import as_learner

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "recommendation.sql")

POLL_INTERVAL = timedelta(seconds=30)


class FittedPriors:
    """The fitted priors of all tenants. The configured strength applies where none was fitted."""

    def __init__(self, database: Database, configured: Priors) -> None:
        self._database, self._configured = database, configured
        self._shared = configured
        self._by_tenant: dict[str, Priors] = {}

    def of(self, tenant: str) -> Priors:
        """Returns the priors of a tenant."""
        return self._by_tenant.get(tenant, self._shared)

    async def refresh(self) -> None:
        """Reads the fitted strengths."""
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["strengths"])
        shared = {row["level"]: row["strength"] for row in rows if not row["tenant_id"]}
        self._shared = replace(self._configured, **shared)
        self._by_tenant = {
            row["tenant_id"]: replace(self._shared, **{row["level"]: row["strength"]})
            for row in rows
            if row["tenant_id"]
        }

    async def run_forever(self) -> None:
        """Reads the fitted strengths every 30 s. While the database is unavailable, the last ones stay in use."""
        while True:
            try:
                await self.refresh()
            except RadiantError as error:
                log.warning("prior strengths not read, will be retried", extra={"fields": {"error": str(error)}})
            await asyncio.sleep(POLL_INTERVAL.total_seconds())
