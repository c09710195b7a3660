"""Changes: each in one transaction with its audit entry and the answer that a repeat gets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.once import Asked, once
from kit.postgres.pool import Connection, Database, use_tenant
from kit.postgres.queries import load_queries
from splits.model import EVERY_TENANT

_SQL = load_queries("experiments", "experiments.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks to change something, and how a repeat is recognised."""

    owner: str
    """Tenant of what is changed; EVERY_TENANT for experiments over all of them."""
    actor: str
    request_id: str
    method: str
    fingerprint: bytes
    reason: str = ""


@contextlib.asynccontextmanager
async def owned(database: Database, owner: str) -> AsyncIterator[Connection]:
    """Gives a transaction that may touch the owner's rows: a tenant's own, or as the experimenter those of all."""
    if owner == EVERY_TENANT:
        async with as_experimenter(database) as connection:
            yield connection
    else:
        async with database.tenant(owner) as connection:
            yield connection


@contextlib.asynccontextmanager
async def as_experimenter(database: Database) -> AsyncIterator[Connection]:
    """Gives a transaction that may touch the rows of all tenants."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["become_experimenter"])
        yield connection


class Ledger:
    """Makes each change once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(self, request: Request, change: Callable[[Connection], Awaitable[bytes]]) -> bytes:
        """Makes a change and returns its answer; a repeat returns the first answer and changes nothing.

        Raises Invalid (REQUEST_ID_REUSED) when the identifier named another request before, Conflict when another
        process answers the same one right now, and what the change raises, which then leaves nothing.
        """
        asked = Asked(
            tenant_id=request.owner,
            request_id=request.request_id,
            method=request.method,
            fingerprint=request.fingerprint,
        )
        async with owned(self._database, request.owner) as connection:
            return await once(
                connection, _SQL["stored_answer"], _SQL["store_answer"], asked, lambda: change(connection)
            )


async def audit(
    connection: Connection, request: Request, experiment_id: str, action: str, definition: str | None = None
) -> None:
    """Notes who changed what, in the transaction of the change, and turns it to the owner's tenant.

    The definition goes without its testers: they are users, and the log keeps for ever.
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
