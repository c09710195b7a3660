"""Writes entries of the audit log, in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

UNKNOWN_ACTOR = "unknown"
"""Actor of a call whose token has no subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry. Entries are kept without a limit, so they contain no user ids: see `kit.ids.user_digest`."""

    tenant_id: str
    """Tenant of the transaction; empty for all tenants."""
    actor: str
    action: str
    """Name of the action, for example experiment.start."""
    target: str = ""
    """Identifier of the changed object."""
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    """Details as JSON."""


async def append_audit(connection: Connection, entry: AuditEntry) -> None:
    """Appends the entry in the running transaction.

    Locks the log of the tenant until the commit, so call it at the end of the transaction.
    """
    await connection.execute(
        _SQL["append_audit"],
        entry.tenant_id,
        entry.actor or UNKNOWN_ACTOR,
        entry.action,
        entry.target,
        entry.reason,
        json.dumps(dict(entry.detail)),
    )
