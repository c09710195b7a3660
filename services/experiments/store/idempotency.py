"""Idempotent changes: a repeated request returns the stored answer of the first one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from experiments.store.transactions import owner_transaction
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Connection, Database

_ANSWERS = StoredAnswers("experiments")


async def change_once(
    database: Database, key: IdempotencyKey, change: Callable[[Connection], Awaitable[bytes]]
) -> bytes:
    """Makes a change in one transaction and returns its serialized answer; a repeat returns the stored answer.

    The tenant of the key is the owner of the changed rows. Raises Invalid (REQUEST_ID_REUSED) when the identifier
    belongs to another request, Conflict (REQUEST_RACE) when another transaction answers the same request, and the
    errors of the change, which is then rolled back.
    """
    async with owner_transaction(database, key.tenant_id) as connection:
        return await _ANSWERS.once(connection, key, lambda: change(connection))
