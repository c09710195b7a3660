"""What is believed of how levels act on one another: the settings, or what was fitted to a tenant's own scores."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from kit.errors import RadiantError
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.domain.shrinkage import Beliefs
from neural.rebuild.versions import as_learner

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "nightly.sql")

LOOK_EVERY = timedelta(seconds=30)


class Believes(Protocol):
    """Knows the beliefs that hold for a tenant."""

    def of(self, tenant: str) -> Beliefs:
        """Returns them."""


class Settled:
    """The same for everybody."""

    def __init__(self, beliefs: Beliefs) -> None:
        self._beliefs = beliefs

    def of(self, tenant: str) -> Beliefs:
        """Returns what was set."""
        return self._beliefs


class Fitted:
    """What the last nightly run fitted; the settings where it could not."""

    def __init__(self, database: Database, base: Beliefs) -> None:
        self._database, self._base = database, base
        self._shared = base
        self._own: dict[str, Beliefs] = {}

    def of(self, tenant: str) -> Beliefs:
        """Returns the beliefs that hold for a tenant."""
        return self._own.get(tenant, self._shared)

    async def look(self) -> None:
        """Reads what was fitted."""
        async with as_learner(self._database) as connection:
            rows = await connection.fetch(_SQL["strengths"])
        shared = {row["level"]: row["strength"] for row in rows if not row["tenant_id"]}
        self._shared = replace(self._base, **shared)
        self._own = {
            row["tenant_id"]: replace(self._shared, **{row["level"]: row["strength"]})
            for row in rows
            if row["tenant_id"]
        }

    async def look_forever(self) -> None:
        """Reads it from time to time; without a database, what is known holds."""
        while True:
            try:
                await self.look()
            except RadiantError as error:
                log.warning("prior strengths are not read: %s", error)
            await asyncio.sleep(LOOK_EVERY.total_seconds())
