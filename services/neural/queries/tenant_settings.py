"""Learning settings of tenants, read and changed by the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.boards.global_scores import enqueue_tenant
from neural.budget.controller import delete_budget_state
from neural.store.access import ANSWERS, LEARNER

_SQL = load_queries("neural", "queries.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """A request to change the settings of a tenant."""

    key: IdempotencyKey
    global_learning: bool
    daily_budget_usd: float = 0.0
    """0 for no budget."""
    actor: str = ""
    answer: bytes
    """Stored answer of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsStatus:
    """Settings of a tenant, and its spending of the current UTC day."""

    global_learning: bool
    """Whether the tenant's feedback contributes to the global scope."""
    daily_budget_usd: float
    spent: float
    """In US dollars."""
    outputs: int
    """Outputs of the day, with and without a known cost."""
    unmeasured: int
    """Outputs of the day whose cost is unknown."""
    cost_weight: float
    """Present cost weight of the budget controller."""
    weight_updated_at: datetime | None
    """When the cost weight was computed; None without a budget."""


class TenantSettings:
    """Reads and changes settings. The publisher applies a change of global learning to the scores."""

    def __init__(self, database: Database, on_boards_queued: Callable[[], None]) -> None:
        """`on_boards_queued` is called when boards are queued for publication."""
        self._database, self._on_boards_queued = database, on_boards_queued

    async def read(self, tenant: str) -> SettingsStatus:
        """Returns the settings and the spending of a tenant."""
        async with self._database.tenant(tenant) as connection:
            row = await connection.fetchrow(_SQL["settings"], tenant)
        assert row is not None  # noqa: S101 - the query always returns one row
        return SettingsStatus(**row)

    async def change(self, change: SettingsChange) -> bytes:
        """Changes the settings and returns the answer. A repeated request returns the stored answer.

        Raises Invalid (REQUEST_ID_REUSED) if the identifier belongs to another request.
        """
        tenant = change.key.tenant_id
        async with self._database.as_role(LEARNER, tenant) as connection:

            async def apply() -> bytes:
                budget = change.daily_budget_usd
                await connection.execute(_SQL["upsert_settings"], tenant, change.global_learning, budget)
                if budget == 0:
                    await delete_budget_state(connection, tenant)
                await enqueue_tenant(connection, tenant)
                await append_audit(connection, _audit_entry(change))
                return change.answer

            answer = await ANSWERS.once(connection, change.key, apply)
        self._on_boards_queued()
        return answer


def _audit_entry(change: SettingsChange) -> AuditEntry:
    return AuditEntry(
        tenant_id=change.key.tenant_id,
        actor=change.actor,
        action="settings.update",
        target=change.key.tenant_id,
        detail={"global_learning": change.global_learning, "daily_budget_usd": change.daily_budget_usd},
    )
