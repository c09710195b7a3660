"""Roles and schemas of all services in one database."""

import contextlib
import importlib.resources
from collections.abc import AsyncIterator, Mapping

import asyncpg

from cli.roles import ExistingRoles, prepare_roles
from cli.services import SERVICES_WITH_SCHEMA, Service
from kit.postgres.migrate import Migration, migrate, migrations_of
from kit.postgres.pooler import is_shared_by_transactions
from kit.postgres.queries import load_queries

_QUERIES = load_queries("cli")


class DatabaseError(Exception):
    """The database cannot be opened as the owner of the schemas; the message states the cause."""


async def apply_all(
    owner_url: str, passwords: Mapping[str, str], existing: ExistingRoles = ExistingRoles.VERIFY
) -> dict[str, list[Migration]]:
    """Creates missing roles (`passwords` by role) and applies pending migrations.

    Connects as the owner of the schemas. The call is idempotent; concurrent calls wait for one another.
    Returns the newly applied migrations by service name. Raises DatabaseError when the owner cannot connect or connects
    through a pooler in transaction mode, and RoleError, before any change, when existing roles contradict `passwords`.
    """
    try:
        connection = await asyncpg.connect(owner_url)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise DatabaseError(f"DATABASE_URL cannot be opened: {str(problem) or type(problem).__name__}.") from problem
    try:
        if await is_shared_by_transactions(lambda: _connected(owner_url)):
            raise DatabaseError(
                "DATABASE_URL leads to a connection pooler in transaction mode, such as PgBouncer, which does not keep "
                "the lock of migrations. Use the address of PostgreSQL itself."
            )
        await prepare_roles(connection, owner_url, passwords, existing)
        return {
            service.name: await migrate(connection, service.schema, migrations_of(service.module))
            for service in SERVICES_WITH_SCHEMA
            if has_migrations(service)
        }
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def has_migrations(service: Service) -> bool:
    """Returns whether the service's package is installed and has migrations."""
    if not service.is_installed:
        return False
    return (importlib.resources.files(service.module) / "sql" / "migrations").is_dir()


async def pending(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Returns the names of pending migrations by service name; services without any are omitted."""
    kept = await connection.fetchval(_QUERIES["has_bookkeeping"])
    left = {}
    for service in filter(has_migrations, SERVICES_WITH_SCHEMA):
        rows = await connection.fetch(_QUERIES["applied_numbers"], service.schema) if kept else []
        applied = {row["number"] for row in rows}
        names = [each.name for each in migrations_of(service.module) if each.number not in applied]
        if names:
            left[service.name] = names
    return left
