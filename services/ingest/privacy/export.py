"""Everything that is stored of a user, whatever service keeps it, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from kit.errors import DeadlineExceeded, Exhausted
from kit.ids import user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.pool import Database, use_tenant
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "privacy.sql")
_AUDIT = load_queries("ingest", "audit.sql")

AT_ONCE = 2
"""Exports of one process; each holds a connection and a snapshot."""
SECONDS_MAX = 600.0
ROWS_AHEAD = 100
"""Rows in memory."""
RETRY_AFTER = timedelta(seconds=5)


class Exports:
    """Reads users' records."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running = 0

    async def records(self, tenant: str, user: str, actor: str) -> AsyncIterator[tuple[str, str]]:
        """Yields table and record, as JSON, of all that one snapshot holds of a user; noted in the audit log first.

        However much it is, only some rows are in memory. Raises Exhausted (EXPORTS_FULL) when too many run, and
        DeadlineExceeded (EXPORT_TOO_SLOW) when the reader takes longer than ten minutes.
        """
        if self._running >= AT_ONCE:
            raise Exhausted("Too many exports run at once.", RETRY_AFTER, reason="EXPORTS_FULL")
        self._running += 1
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await self._note(tenant, user, actor)
                async for each in self._read(tenant, user):
                    yield each
        except TimeoutError:
            raise DeadlineExceeded("The export was read too slowly.", reason="EXPORT_TOO_SLOW") from None
        finally:
            self._running -= 1

    async def _note(self, tenant: str, user: str, actor: str) -> None:
        entry = AuditEntry(tenant_id=tenant, actor=actor, action="user.export", target=user_digest(tenant, user))
        async with self._database.tenant(tenant) as connection:
            await append_audit(connection, entry)

    async def _read(self, tenant: str, user: str) -> AsyncIterator[tuple[str, str]]:
        async with (
            self._database.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await use_tenant(connection, tenant)
            await connection.execute(_AUDIT["take_time"])
            there = await connection.fetchrow(_SQL["published_records"])
            assert there is not None  # noqa: S101 - the query gives one row, whatever there is
            wanted = {"own_records": True, "learned_records": there["learned"], "tried_records": there["tried"]}
            for name in [name for name, published in wanted.items() if published]:
                async for row in connection.cursor(_SQL[name], tenant, user, prefetch=ROWS_AHEAD, timeout=SECONDS_MAX):
                    yield row["kind"], row["record"]
