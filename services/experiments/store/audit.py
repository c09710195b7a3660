"""Audit entries of changes to experiments and rollouts."""

from __future__ import annotations

import json
from dataclasses import dataclass

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.pool import Connection, use_tenant
from splits.model import EVERY_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """Owner, author and reason of a change, for the audit log."""

    owner: str
    """Tenant of the changed rows; EVERY_TENANT for experiments over all tenants."""
    actor: str
    """Subject of the caller, or the name of the background task."""
    method: str = ""
    """Name of the method without the service; empty for a background task."""
    reason: str = ""
    """Reason that the caller gives."""


async def append_audit_entry(
    connection: Connection, request: ChangeRequest, experiment_id: str, action: str, definition: str | None = None
) -> None:
    """Appends an audit entry in the transaction of the change, which then acts for the tenant of the owner.

    `action` is a word and an optional detail, such as "update targeting changes". The definition is stored without
    forced variants, because they name users and the log is never erased.
    """
    area, _, rest = action.partition(" ")
    detail: dict[str, object] = {}
    if area == "rollout":
        name = f"rollout.{rest}"
    else:
        name = f"experiment.{area}"
        detail |= {"why": rest} if rest else {}
    if definition is not None:
        fields = json.loads(definition)
        del fields["forced"]
        detail["definition"] = fields
    if request.owner != EVERY_TENANT:
        await use_tenant(connection, request.owner)
    entry = AuditEntry(
        tenant_id=request.owner,
        actor=request.actor,
        action=name,
        target=experiment_id,
        reason=request.reason,
        detail=detail,
    )
    await append_audit(connection, entry)
