"""Exports all stored records of a user, of every service, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from ingest.privacy.spellings import earlier_spellings, published_sources
from kit.errors import DeadlineExceeded
from kit.ids import user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.pool import Database, use_tenant
from kit.postgres.queries import load_queries
from kit.tenant_slots import TenantSlots

_SESSION = load_queries("ingest", "session.sql")

CONCURRENT_MAX, CONCURRENT_PER_TENANT_MAX = 4, 2
"""Exports of one process at the same time. Each holds a connection and a snapshot."""
EXPORT_S_MAX = 600.0
"""Longest duration of an export."""
ROWS_PREFETCHED = 100
"""Rows of a cursor in memory."""
RETRY_AFTER = timedelta(seconds=5)


class UserExports:
    """Exports the records of users; the number of concurrent exports is limited."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slots = TenantSlots(
            "exports in progress",
            CONCURRENT_MAX,
            CONCURRENT_PER_TENANT_MAX,
            reason="EXPORTS_FULL",
            retry_after=RETRY_AFTER,
        )

    async def records(self, tenant: str, user: str, actor: str) -> AsyncIterator[tuple[str, str]]:
        """Yields (table, record as JSON) of all records of a user key in one snapshot, after writing an audit entry.

        Memory use does not depend on the number of records. Raises Exhausted (EXPORTS_FULL) if too many exports of
        the tenant or of all tenants are running, and DeadlineExceeded (EXPORT_TOO_SLOW) if the client takes longer
        than ten minutes.
        """
        try:
            with self._slots.hold(tenant):
                async with asyncio.timeout(EXPORT_S_MAX):
                    await self._append_audit(tenant, user, actor)
                    async for each in self._read(tenant, user):
                        yield each
        except TimeoutError:
            message = f"The client took longer than {EXPORT_S_MAX:g} s to read the export. Start it again."
            raise DeadlineExceeded(message, reason="EXPORT_TOO_SLOW") from None

    async def _append_audit(self, tenant: str, user: str, actor: str) -> None:
        entry = AuditEntry(tenant_id=tenant, actor=actor, action="user.export", target=user_digest(tenant, user))
        async with self._database.tenant(tenant) as connection:
            await append_audit(connection, entry)

    async def _read(self, tenant: str, user: str) -> AsyncIterator[tuple[str, str]]:
        async with self._database.transaction(isolation="repeatable_read", is_read_only=True) as connection:
            await use_tenant(connection, tenant)
            await connection.execute(_SESSION["disable_statement_timeout"])
            for spelling in (user, *await earlier_spellings(connection, tenant, user)):
                for source in await published_sources(connection):
                    values = source.records, tenant, spelling
                    async for row in connection.cursor(*values, prefetch=ROWS_PREFETCHED, timeout=EXPORT_S_MAX):
                        yield row["kind"], row["record"]
