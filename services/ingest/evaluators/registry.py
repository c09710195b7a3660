"""The registered evaluators of each tenant: changes with audit entries, and a cached check for writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import asyncpg

from ingest.domain.evaluators import evaluator_name
from kit.errors import NotFound, Precondition
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("ingest", "evaluators.sql")

EVALUATORS_MAX = 1_000
"""Registered evaluators of a tenant."""
CACHED_MAX = timedelta(seconds=2)
"""Longest delay of changes by other processes."""
_ANSWERS = StoredAnswers("ingest")


class EvaluatorRegistry:
    """Registers and removes evaluators, and distinguishes registered ones from other users."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: dict[str, tuple[float, frozenset[str]]] = {}
        """Names by tenant, with the monotonic time at which they were read."""

    async def registered(self, tenant: str, users: Iterable[str]) -> frozenset[str]:
        """Returns the users that are registered evaluators. Reads the database only for user ids of evaluators."""
        names = {user: name for user in users if (name := evaluator_name(user))}
        if not names:
            return frozenset()
        read_at, known = self._cached.get(tenant, (0.0, frozenset[str]()))
        now = time.monotonic()
        if now - read_at >= CACHED_MAX.total_seconds():
            known = frozenset(row["name"] for row in await self.list(tenant))
            self._cached[tenant] = now, known
        return frozenset(user for user, name in names.items() if name in known)

    async def register(
        self, key: IdempotencyKey, name: str, actor: str, encode: Callable[[asyncpg.Record], bytes]
    ) -> bytes:
        """Registers an evaluator and returns its encoded row. A registered evaluator is returned unchanged.

        Raises Precondition (TOO_MANY_EVALUATORS) when the tenant has EVALUATORS_MAX evaluators.
        """
        tenant = key.tenant_id

        async def change() -> bytes:
            await connection.execute(_SQL["lock_evaluators"], tenant)
            row = await connection.fetchrow(_SQL["find_evaluator"], tenant, name)
            if row is None:
                if await connection.fetchval(_SQL["count_evaluators"], tenant) >= EVALUATORS_MAX:
                    message = f"A tenant has at most {EVALUATORS_MAX:,} evaluators. Remove one that is no longer used."
                    raise Precondition(message, reason="TOO_MANY_EVALUATORS")
                row = await connection.fetchrow(_SQL["insert_evaluator"], tenant, name)
                await _audit(connection, tenant, actor, "evaluator.register", name)
            assert row is not None  # noqa: S101 - an insert returns its row
            return encode(row)

        async with self._database.tenant(tenant) as connection:
            answer = await _ANSWERS.once(connection, key, change)
        self._cached.pop(tenant, None)
        return answer

    async def remove(self, key: IdempotencyKey, name: str, actor: str, answer: bytes) -> bytes:
        """Removes an evaluator and returns `answer`; raises NotFound (EVALUATOR_UNKNOWN)."""
        tenant = key.tenant_id

        async def change() -> bytes:
            if await connection.fetchval(_SQL["delete_evaluator"], tenant, name) is None:
                raise NotFound("The tenant has no registered evaluator with this name.", reason="EVALUATOR_UNKNOWN")
            await _audit(connection, tenant, actor, "evaluator.remove", name)
            return answer

        async with self._database.tenant(tenant) as connection:
            stored = await _ANSWERS.once(connection, key, change)
        self._cached.pop(tenant, None)
        return stored

    async def list(self, tenant: str) -> Sequence[asyncpg.Record]:
        """Returns the registered evaluators of a tenant, by name."""
        async with self._database.tenant(tenant) as connection:
            return list(await connection.fetch(_SQL["list_evaluators"], tenant))


async def _audit(connection: Connection, tenant: str, actor: str, action: str, name: str) -> None:
    await append_audit(connection, AuditEntry(tenant_id=tenant, actor=actor, action=action, target=name))
