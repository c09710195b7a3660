"""Erasure of a user: deletes the data of ingest in one transaction and queues the parts of the other services."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import asyncpg

from ingest.domain.ports import LearnerNotifier
from ingest.privacy.spellings import earlier_spellings
from kit.ids import new_id, user_digest
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "privacy.sql")
_TRACES = load_queries("ingest", "traces.sql")
_SESSION = load_queries("ingest", "session.sql")

ERASURE_S_MAX = 300.0
"""Longest duration of the deletion."""
_ANSWERS = StoredAnswers("ingest")


class Erasures:
    """Erases users and lists erasures."""

    def __init__(self, database: Database, learner: LearnerNotifier) -> None:
        self._database, self._learner = database, learner

    async def erase(self, key: IdempotencyKey, user: str, actor: str, encode: Callable[[int, str], bytes]) -> bytes:
        """Erases a user key and returns `encode(number of deleted rows, erasure identifier)`.

        Rows of earlier spellings of the user are also erased: each spelling has an erasure of its own. One transaction
        deletes the rows, queues the affected units for the learner, and stores the erasures, their audit entry and the
        response. Every write holds a shared lock on its users until its commit (ingest.hold_users), and
        the erasure holds the user's lock exclusively. A concurrent write of the user is therefore either erased as a
        whole or stored as a whole after the erasure. Outputs that were made for the user are deleted with all feedback
        on them. A repeat of the request returns the first response.
        """
        tenant, erasure_id = key.tenant_id, new_id()
        entry = AuditEntry(tenant_id=tenant, actor=actor, action="user.forget", target=user_digest(tenant, user))

        async def change() -> bytes:
            rows = 0
            spellings = await earlier_spellings(connection, tenant, user)
            for spelling, identifier in ((user, erasure_id), *((each, new_id()) for each in spellings)):
                values = tenant, spelling, identifier
                await connection.execute(_SQL["lock_user"], tenant, spelling, timeout=ERASURE_S_MAX)
                rows += await connection.fetchval(_SQL["forget_scores"], tenant, spelling, timeout=ERASURE_S_MAX)
                rows += await connection.fetchval(_SQL["forget_user"], *values, timeout=ERASURE_S_MAX)
                await connection.execute(_TRACES["forget_user_in_spans"], tenant, spelling)
            await append_audit(connection, entry)
            return encode(rows, erasure_id)

        async with self._database.tenant(tenant) as connection:
            await connection.execute(_SESSION["disable_statement_timeout"])
            response = await _ANSWERS.once(connection, key, change)
        self._learner.notify()
        return response

    async def list(self, tenant: str, before: tuple[int, str], limit: int) -> Sequence[asyncpg.Record]:
        """Returns erasures before (time in microseconds since 1970, erasure_id), newest first."""
        async with self._database.tenant(tenant) as connection:
            return list(await connection.fetch(_SQL["list_erasures"], tenant, *before, limit))
