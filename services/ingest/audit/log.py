"""Lists entries of the audit log. `kit.postgres.audit` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "audit.sql")


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


async def list_audit_entries(
    database: Database, conditions: AuditFilter, before: int, limit: int
) -> Sequence[asyncpg.Record]:
    """Returns entries before a sequence number, newest first."""
    values = conditions.actor, conditions.action, conditions.target, conditions.start, conditions.end
    async with database.tenant(conditions.tenant_id) as connection:
        return list(await connection.fetch(_SQL["audit_entries"], conditions.tenant_id, before, *values, limit))
