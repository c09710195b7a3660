"""The audit log as it is read and checked; it is written by `kit.postgres.audit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "audit.sql")

VERIFY_SECONDS_MAX = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are asked for; an empty text lets all pass."""

    tenant_id: str
    """Empty for what operators did to all tenants."""
    actor: str
    action: str
    target: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """What a check of a tenant's log found."""

    entries: int
    first_broken: int
    """Number of the first entry that does not fit, or that is missing at the end; 0 when the log is intact."""
    last_hash: str
    """In hexadecimal; empty without entries."""


class Audit:
    """Reads the log of one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: AuditFilter, below: int, size: int) -> tuple[Sequence[asyncpg.Record], bool]:
        """Returns a page, newest first, of entries numbered below a number, and whether there are more."""
        values = wanted.actor, wanted.action, wanted.target, wanted.start, wanted.end
        async with self._database.tenant(wanted.tenant_id) as connection:
            rows = await connection.fetch(_SQL["audit_entries"], wanted.tenant_id, below, *values, size + 1)
        return rows[:size], len(rows) > size

    async def check(self, tenant: str) -> AuditCheck:
        """Computes every hash again; entries that come meanwhile are not looked at."""
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SQL["take_time"])
            row = await connection.fetchrow(_SQL["verify_audit"], tenant, timeout=VERIFY_SECONDS_MAX)
        assert row is not None  # noqa: S101 - sums are always one row
        broken = row["broken"]
        if not broken and row["head"] > row["last"]:
            broken = row["last"] + 1
        if not broken and not row["ends_well"]:
            broken = max(row["last"], 1)
        return AuditCheck(entries=row["entries"], first_broken=broken, last_hash=row["last_hash"] or "")
