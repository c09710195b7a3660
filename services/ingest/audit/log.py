"""Reads and verifies the audit log. `kit.postgres.audit` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "audit.sql")
_SESSION = load_queries("ingest", "session.sql")

VERIFY_S_MAX = 600.0
"""Longest duration of a verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Conditions on audit entries; an empty text sets no condition."""

    tenant_id: str
    """Empty for changes that operators made to all tenants."""
    actor: str
    action: str
    target: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerification:
    """Result of verifying a tenant's audit log."""

    entries: int
    first_broken: int
    """Sequence number of the first entry that is invalid, or that is missing at the end; 0 if the log is intact."""
    last_hash: str
    """Hash of the last entry in hexadecimal; empty without entries."""


async def list_audit_entries(
    database: Database, conditions: AuditFilter, before: int, limit: int
) -> Sequence[asyncpg.Record]:
    """Returns entries before a sequence number, newest first."""
    values = conditions.actor, conditions.action, conditions.target, conditions.start, conditions.end
    async with database.tenant(conditions.tenant_id) as connection:
        return list(await connection.fetch(_SQL["audit_entries"], conditions.tenant_id, before, *values, limit))


async def verify_audit_log(database: Database, tenant: str) -> AuditVerification:
    """Recomputes all hashes of a tenant's log. Entries that are written during the call are not included."""
    async with database.tenant(tenant) as connection:
        await connection.execute(_SESSION["disable_statement_timeout"])
        row = await connection.fetchrow(_SQL["verify_audit"], tenant, timeout=VERIFY_S_MAX)
    assert row is not None  # noqa: S101 - an aggregate always returns one row
    first_broken = row["broken"]
    if not first_broken and row["head"] > row["last"]:
        first_broken = row["last"] + 1
    if not first_broken and not row["is_end_valid"]:
        first_broken = max(row["last"], 1)
    return AuditVerification(entries=row["entries"], first_broken=first_broken, last_hash=row["last_hash"] or "")
