"""Users who are forgotten: what intake holds goes in one transaction, the rest is queued for whoever holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from ingest.domain.ports import WakeUp
from kit.ids import new_id, user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.once import Asked, once
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "privacy.sql")
_AUDIT = load_queries("ingest", "audit.sql")

ERASE_SECONDS_MAX = 300.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Privacy:
    """Forgets users, and tells how far that is."""

    def __init__(self, database: Database, wake_up: WakeUp) -> None:
        self._database, self._wake_up = database, wake_up

    async def forget(self, asked: Asked, user: str, actor: str, answer: Callable[[int, str], bytes]) -> bytes:
        """Erases a user here and returns the answer, made of the rows erased and the erasure's identifier.

        Rows, the place of their units in the learner's queue, the erasure with its audit entry, and the answer are
        one transaction. A write of the user that runs meanwhile comes wholly before it, and is erased, or wholly
        after it, and is a new user's: every write holds its users by a shared lock from its beginning to its commit
        (ingest.hold_users), the erasure the user alone, so that each waits for the other. Outputs that were made for
        the user go with all that others said of them. A repeat of the request gets the first answer.
        """
        tenant, erasure_id = asked.tenant_id, new_id()
        entry = AuditEntry(tenant_id=tenant, actor=actor, action="user.forget", target=user_digest(tenant, user))

        async def change() -> bytes:
            values = tenant, user, erasure_id
            rows: int = await connection.fetchval(_SQL["forget_user"], *values, timeout=ERASE_SECONDS_MAX)
            await append_audit(connection, entry)
            return answer(rows, erasure_id)

        async with self._database.tenant(tenant) as connection:
            await connection.execute(_AUDIT["take_time"])
            given = await once(connection, _SQL["stored_answer"], _SQL["store_answer"], asked, change)
        self._wake_up.work()
        return given

    async def page(self, tenant: str, after: tuple[int, str], size: int) -> tuple[Sequence[asyncpg.Record], bool]:
        """Returns a page, newest first, after a time in microseconds and an id; and whether there are more."""
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["list_erasures"], tenant, *after, size + 1)
        return rows[:size], len(rows) > size


def asked_us(row: asyncpg.Record) -> int:
    """Returns when an erasure was asked for, in microseconds since 1970."""
    moment: datetime = row["asked_at"]
    return (moment - EPOCH) // timedelta(microseconds=1)
