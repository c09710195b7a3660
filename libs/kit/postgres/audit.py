"""Who changed what: one entry in the suite's audit log, in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

NOBODY = "unknown"
"""Stands for a caller whose token names no subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """What somebody changed. It stays for ever, so it never names a user: see `kit.ids.user_digest`."""

    tenant_id: str
    """That of the transaction; empty where it acts on all tenants."""
    actor: str
    action: str
    """Such as experiment.start."""
    target: str = ""
    """Identifier of what was changed."""
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    """More to say; whatever JSON can hold."""


async def append_audit(connection: Connection, entry: AuditEntry) -> None:
    """Appends the entry; it is there exactly if the transaction commits.

    Other appenders of the tenant wait for that, so it is best called last.
    """
    await connection.execute(
        _SQL["append_audit"],
        entry.tenant_id,
        entry.actor or NOBODY,
        entry.action,
        entry.target,
        entry.reason,
        json.dumps(dict(entry.detail)),
    )
