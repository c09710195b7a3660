"""The model aliases of each tenant: changes with audit entries, the cached names for writes, and automatic aliases."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import asyncpg

from ingest.domain.model import Manifest, Write
from ingest.domain.model_credit import credited, latest_aliases
from kit.errors import NotFound, Precondition
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from splits.model_names import ModelName, ModelNames

_SQL = load_queries("ingest", "aliases.sql")

ALIASES_MAX = 10_000
"""Model aliases of a tenant. Further automatic ones are not stored, and the rules still apply to their names."""
CACHED_MAX = timedelta(seconds=2)
"""Longest delay of changes by other processes."""
_ANSWERS = StoredAnswers("ingest")


class ModelAliases:
    """Sets, deletes and lists the model aliases of tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: dict[str, tuple[float, ModelNames]] = {}
        """Names by tenant, with the monotonic time at which they were read."""

    async def names(self, tenant: str) -> ModelNames:
        """Returns the names of the models of a tenant by its manual aliases."""
        read_at, names = self._cached.get(tenant, (0.0, ModelNames()))
        now = time.monotonic()
        if not read_at or now - read_at >= CACHED_MAX.total_seconds():
            async with self._database.tenant(tenant) as connection:
                rows = await connection.fetch(_SQL["manual_aliases"], tenant)
            names = ModelNames({row["alias"]: ModelName(row["model"], row["version"]) for row in rows})
            self._cached[tenant] = now, names
        return names

    async def credited(self, write: Write) -> Write:
        """Returns the write with the models that the names in its manifests stand for."""
        names = await self.names(write.tenant_id)
        return dataclasses.replace(write, manifests=[credited(each, names) for each in write.manifests])

    async def list(self, tenant: str, after: str, limit: int) -> Sequence[asyncpg.Record]:
        """Returns the aliases after a name, by alias."""
        async with self._database.tenant(tenant) as connection:
            return list(await connection.fetch(_SQL["list_model_aliases"], tenant, after, limit))

    async def set(
        self, key: IdempotencyKey, alias: str, found: ModelName, actor: str, encode: Callable[[asyncpg.Record], bytes]
    ) -> bytes:
        """Sets a manual alias and returns its encoded row.

        Raises Precondition (TOO_MANY_ALIASES) when the tenant has ALIASES_MAX manual aliases.
        """
        tenant = key.tenant_id

        async def change() -> bytes:
            await connection.execute(_SQL["lock_aliases"], tenant)
            if await connection.fetchval(_SQL["count_manual_aliases"], tenant, alias) >= ALIASES_MAX:
                message = f"A tenant has at most {ALIASES_MAX:,} model aliases. Delete one that is no longer used."
                raise Precondition(message, reason="TOO_MANY_ALIASES")
            row = await connection.fetchrow(_SQL["set_model_alias"], tenant, alias, found.model, found.version)
            assert row is not None  # noqa: S101 - an upsert returns its row
            await _audit(connection, tenant, actor, "model_alias.set", alias)
            return encode(row)

        async with self._database.tenant(tenant) as connection:
            answer = await _ANSWERS.once(connection, key, change)
        self._cached.pop(tenant, None)
        return answer

    async def delete(self, key: IdempotencyKey, alias: str, actor: str, answer: bytes) -> bytes:
        """Deletes an alias and returns `answer`; raises NotFound (ALIAS_UNKNOWN)."""
        tenant = key.tenant_id

        async def change() -> bytes:
            if await connection.fetchval(_SQL["delete_model_alias"], tenant, alias) is None:
                raise NotFound(
                    "alias is not a model alias of the tenant. ListModelAliases lists them.", reason="ALIAS_UNKNOWN"
                )
            await _audit(connection, tenant, actor, "model_alias.delete", alias)
            return answer

        async with self._database.tenant(tenant) as connection:
            stored = await _ANSWERS.once(connection, key, change)
        self._cached.pop(tenant, None)
        return stored


async def record_model_aliases(connection: Connection, tenant: str, manifests: Iterable[Manifest]) -> None:
    """Stores the automatic aliases that follow from new manifests."""
    rows = [
        {"alias": alias.alias, "model": alias.model, "version": alias.version, "used_us": used_us}
        for alias, used_us in latest_aliases(manifests)
    ]
    if rows:
        await connection.execute(_SQL["record_model_aliases"], tenant, json.dumps(rows), ALIASES_MAX)


async def _audit(connection: Connection, tenant: str, actor: str, action: str, alias: str) -> None:
    await append_audit(connection, AuditEntry(tenant_id=tenant, actor=actor, action=action, target=alias))
