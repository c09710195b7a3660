"""A tenant's learning settings, changed once per request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.once import Asked, once
from kit.postgres.pool import Database, use_tenant
from kit.postgres.queries import load_queries
from neural.boards.publisher import enqueue_tenant
from neural.budget.controller import end_pacer
from neural.rebuild.versions import as_learner

_SQL = load_queries("neural", "boards.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A request to change settings."""

    tenant_id: str
    request_id: str
    fingerprint: bytes
    global_learning: bool
    daily_budget_usd: float = 0.0
    """0 for none."""
    actor: str = ""
    answer: bytes
    """What a repeat gets, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A tenant's settings, and where its spending of the UTC day stands."""

    global_learning: bool
    """Whether the tenant's feedback adds to the global scope; not unless it was switched on."""
    daily_budget_usd: float
    spent: float
    """In US dollars."""
    outputs: int
    cost_weight: float
    """In force."""
    paced_at: datetime | None
    """When the weight was set."""


class TenantSettings:
    """Reads and changes settings; a change of the global scope reaches the scores by the publisher."""

    def __init__(self, database: Database, published: Callable[[], None]) -> None:
        self._database, self._published = database, published

    async def standing(self, tenant: str) -> Standing:
        """Returns the tenant's settings and spending."""
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["settings"], tenant)
        assert row is not None  # noqa: S101 - the query gives one row, whatever there is
        return Standing(**row)

    async def change(self, change: Change) -> bytes:
        """Changes the settings and returns the answer; a repeat returns the first one.

        Raises Invalid (REQUEST_ID_REUSED) when the identifier named another request before.
        """
        asked = Asked(
            tenant_id=change.tenant_id,
            request_id=change.request_id,
            method="UpdateTenantSettings",
            fingerprint=change.fingerprint,
        )
        async with as_learner(self._database) as connection:
            await use_tenant(connection, change.tenant_id)

            async def work() -> bytes:
                budget = change.daily_budget_usd
                await connection.execute(_SQL["change_settings"], change.tenant_id, change.global_learning, budget)
                if budget == 0:
                    await end_pacer(connection, change.tenant_id)
                await enqueue_tenant(connection, change.tenant_id)
                await append_audit(connection, _entry(change))
                return change.answer

            answer = await once(connection, _SQL["stored_answer"], _SQL["store_answer"], asked, work)
        self._published()
        return answer


def _entry(change: Change) -> AuditEntry:
    return AuditEntry(
        tenant_id=change.tenant_id,
        actor=change.actor,
        action="settings.update",
        target=change.tenant_id,
        detail={"global_learning": change.global_learning, "daily_budget_usd": change.daily_budget_usd},
    )
