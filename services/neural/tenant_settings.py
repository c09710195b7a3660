"""A tenant's learning settings, changed once per request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kit.postgres.once import Asked, once
from kit.postgres.pool import Database, use_tenant
from kit.postgres.queries import load_queries
from neural.learning.publisher import enqueue_tenant
from neural.learning.versions import as_learner

_SQL = load_queries("neural", "queries_boards.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A request to change settings."""

    tenant_id: str
    request_id: str
    fingerprint: bytes
    global_learning: bool
    answer: bytes
    """What a repeat gets, too."""


class TenantSettings:
    """Reads and changes settings; a change of the global scope reaches the scores by the publisher."""

    def __init__(self, database: Database, published: Callable[[], None]) -> None:
        self._database, self._published = database, published

    async def global_learning(self, tenant: str) -> bool:
        """Tells whether the tenant's feedback adds to the global scope; not unless it was switched on."""
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetchval(_SQL["settings"], tenant))

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
                await connection.execute(_SQL["change_settings"], change.tenant_id, change.global_learning)
                await enqueue_tenant(connection, change.tenant_id)
                return change.answer

            answer = await once(connection, _SQL["stored_answer"], _SQL["store_answer"], asked, work)
        self._published()
        return answer
