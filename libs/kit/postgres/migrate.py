"""Migrations: numbered .sql files, applied once, in order, by one process at a time.

A file is named NNNN_pre_<name>.sql (old code works with it) or NNNN_post_<name>.sql (old code does not). It runs in
one transaction with its bookkeeping. A file whose first line is `-- no-transaction` contains one idempotent statement
and runs outside of a transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.resources
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

LOCK_POLL_S = 0.1
_NAME = re.compile(r"(\d{4})_(pre|post)_([a-z0-9_]+)\.sql")
_WITHOUT_TRANSACTION = "-- no-transaction"


class MigrationError(Exception):
    """The files contradict the applied migrations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file."""

    number: int
    phase: str
    """Phase: `pre` or `post`."""
    name: str
    """The file name without its extension."""
    sql: str = field(repr=False)
    sha256: str


def migrations_of(package: str) -> list[Migration]:
    """Reads a package's migrations in order; raises MigrationError for a misnamed file or a number used twice."""
    folder = importlib.resources.files(package) / "sql" / "migrations"
    found = []
    for file in folder.iterdir():
        match = _NAME.fullmatch(file.name)
        if match is None:
            raise MigrationError(
                f"{package}: {file.name} is not a valid name of a migration. "
                "Use NNNN_pre_<name>.sql or NNNN_post_<name>.sql."
            )
        sql = file.read_text(encoding="utf-8")
        found.append(
            Migration(
                number=int(match[1]),
                phase=match[2],
                name=file.name.removesuffix(".sql"),
                sql=sql,
                sha256=hashlib.sha256(sql.encode()).hexdigest(),
            )
        )
    found.sort(key=lambda each: each.number)
    numbers = [each.number for each in found]
    if numbers[:1] not in ([], [1]) or len(set(numbers)) != len(numbers):
        raise MigrationError(f"{package}: migrations must be numbered from 1 without duplicates")
    return found


async def migrate(connection: asyncpg.Connection, schema: str, migrations: Sequence[Migration]) -> list[Migration]:
    """Applies the pending migrations and returns them. Idempotent.

    Raises MigrationError when an applied file has changed since.
    """
    while not await connection.fetchval(_SQL["lock_migrations"]):  # noqa: ASYNC110 - the server holds the lock
        await asyncio.sleep(LOCK_POLL_S)
    try:
        await connection.execute(_SQL["make_bookkeeping"])
        rows = await connection.fetch(_SQL["applied_migrations"], schema)
        applied = {row["number"]: row["sha256"] for row in rows}
        changed = [each.name for each in migrations if applied.get(each.number, each.sha256) != each.sha256]
        if changed:
            raise MigrationError(f"{schema}: a migration was changed after it was applied: {', '.join(changed)}")
        missing = [each for each in migrations if each.number not in applied]
        for each in missing:
            await _apply(connection, schema, each)
        return missing
    finally:
        await connection.execute(_SQL["unlock_migrations"])


async def _apply(connection: asyncpg.Connection, schema: str, migration: Migration) -> None:
    note = (_SQL["note_migration"], schema, migration.number, migration.name, migration.sha256)
    if migration.sql.startswith(_WITHOUT_TRANSACTION):
        await connection.execute(migration.sql)
        await connection.execute(*note)
        return
    async with connection.transaction():
        await connection.execute(migration.sql)
        await connection.execute(*note)
