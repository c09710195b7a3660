"""Trust rounds: recompute the trust of all raters of tenants with new feedback."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.store.access import LEARNER
from neural.store.locks import ExclusiveJob, exclusive
from neural.trust.scores import establish_silent_raters, read_tenant_votes, update_scores

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "trust.sql")

INTERVAL = timedelta(minutes=5)
RATERS_PER_TRANSACTION = 200
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrustRound:
    """Result of a round."""

    raters: int
    """Raters whose trust was computed."""
    changed: int
    """Raters whose units are learned again."""


class TrustRounds:
    """Runs rounds, one at a time over all processes. A round uses one transaction per 200 raters."""

    def __init__(self, database: Database, on_enqueued: Callable[[], None]) -> None:
        """`on_enqueued` is called when units are queued for learning."""
        self._database, self._on_enqueued = database, on_enqueued
        self._last_start = _EARLIEST

    async def recompute_changed(self) -> None:
        """Runs a round for the tenants with feedback since the last round of this process."""
        started_at = datetime.now(UTC)
        if await self.recompute(self._last_start) is not None:
            # An interval is subtracted because updated_at of a cell is the start of the learner's transaction.
            self._last_start = started_at - INTERVAL

    async def recompute(self, since: datetime | None = None) -> TrustRound | None:
        """Recomputes the trust of tenants with feedback since a time (None for all tenants).

        Returns None if another round is running. A round can be interrupted and repeated.
        """
        async with self.lock() as is_held:
            return await self._run(since or _EARLIEST) if is_held else None

    async def _run(self, since: datetime) -> TrustRound:
        async with self._database.as_role(LEARNER) as connection:
            tenants = [row["tenant_id"] for row in await connection.fetch(_SQL["active_tenants"], since)]
        raters = changed = 0
        for tenant in tenants:
            result = await self._recompute_tenant(tenant, from_neutral=False)
            raters, changed = raters + result.raters, changed + result.changed
        log.info("trust recomputed", extra={"fields": {"raters": raters, "changed": changed}})
        return TrustRound(raters, changed)

    async def _recompute_tenant(self, tenant: str, *, from_neutral: bool) -> TrustRound:
        raters = changed = 0
        async with self._database.as_role(LEARNER) as connection:
            everyone = await read_tenant_votes(connection, tenant)
        after: str | None = ""
        while after is not None:
            async with self._database.as_role(LEARNER) as connection:
                rows = await connection.fetch(_SQL["raters_page"], tenant, after, RATERS_PER_TRANSACTION)
                users = [row["user_id"] for row in rows]
                changed_users = await update_scores(connection, tenant, users, everyone, from_neutral=from_neutral)
            if changed_users:
                self._on_enqueued()
            raters, changed = raters + len(users), changed + changed_users
            after = users[-1] if len(users) == RATERS_PER_TRANSACTION else None
        return TrustRound(raters, changed + await self._establish_silent_raters(tenant))

    async def _establish_silent_raters(self, tenant: str) -> int:
        changed, users = 0, [""]
        while users:
            async with self._database.as_role(LEARNER) as connection:
                users = await establish_silent_raters(connection, tenant, users[-1])
            if users:
                self._on_enqueued()
            changed += len(users)
        return changed

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[bool]:
        """Prevents rounds while the block runs. Yields False if a round is running."""
        async with exclusive(self._database, ExclusiveJob.TRUST_ROUND) as is_held:
            yield is_held

    async def recompute_from_neutral(self, tenant: str) -> TrustRound:
        """Recomputes the trust of a tenant's raters as if no score was stored. The caller holds the lock.

        After an erasure, trust is then the same as without the erased user: small changes from scores that depended on
        the user are not kept.
        """
        return await self._recompute_tenant(tenant, from_neutral=True)
