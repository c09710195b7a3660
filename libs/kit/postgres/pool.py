"""Connection pool, and transactions that are bound to one tenant or to a role."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

import asyncpg

from kit.errors import Unavailable
from kit.postgres.errors import RETRY_AFTER, translated
from kit.postgres.queries import load_queries
from kit.settings.declaration import Setting

_SQL = load_queries("kit")

CLOSE_SECONDS_MAX = 5.0

Connection = asyncpg.pool.PoolConnectionProxy


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSettings:
    """Database address and limits of the connection pool."""

    url: Annotated[str, Setting("DATABASE_URL", is_secret=True)] = field(repr=False)
    """PostgreSQL address (postgresql://user:password@host:port/database) with the role of the service."""
    ca: Annotated[str, Setting("DATABASE_CA")] = ""
    """PEM file of certificate authorities. If set, the server must use TLS with a certificate for the host of the
    address that one of them has signed."""
    application_name: str
    """Name of this process in pg_stat_activity."""
    connections_min: int = 1
    """Connections that the pool opens at the start."""
    connections_max: Annotated[int, Setting("DATABASE_CONNECTIONS_MAX", 2, 500, "connections")] = 10
    """Connections that the pool opens at most."""
    statement_timeout: Annotated[timedelta, Setting("STATEMENT_TIMEOUT_SECONDS", 1, 3600)] = timedelta(seconds=15)
    """Time after which the server cancels a statement."""
    acquire_timeout: timedelta = timedelta(seconds=5)
    """Longest wait for a free connection of the pool."""


class Database:
    """Pool of connections to one database. Every transaction names the tenant or the role whose rows it accesses."""

    def __init__(self, pool: asyncpg.Pool, acquire_timeout: timedelta) -> None:
        self._pool, self._acquire_s = pool, acquire_timeout.total_seconds()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Yields a connection outside of any transaction. Driver errors are raised as errors of kit.errors.

        Raises Unavailable (DATABASE_UNAVAILABLE) when no connection is free within the acquire timeout.
        """
        with translated():
            try:
                connection = await self._pool.acquire(timeout=self._acquire_s)
            except (TimeoutError, OSError, asyncpg.InterfaceError):  # the last when the pool is closing
                message = "No database connection is free. Retry later."
                raise Unavailable(message, RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from None
            try:
                yield connection
            except asyncpg.InterfaceError as error:
                if not _is_lost(connection):
                    raise  # a wrong argument, not a lost server
                message = "The database connection was lost. Retry later."
                raise Unavailable(message, RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from error
            finally:
                await self._pool.release(connection)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Yields a transaction that sees no tenant's rows, as row-level security applies without a tenant."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @contextlib.asynccontextmanager
    async def tenant(self, tenant_id: str) -> AsyncIterator[Connection]:
        """Yields a transaction that sees the rows of one tenant."""
        async with self.transaction() as connection:
            await connection.fetchval(_SQL["set_tenant"], tenant_id)
            yield connection

    @contextlib.asynccontextmanager
    async def as_role(self, role: str, tenant_id: str = "") -> AsyncIterator[Connection]:
        """Yields a transaction that runs as a database role. The role radiant_learner reads the rows of all tenants.

        The login role of the pool must be a member of it. With a tenant, functions that act for the current tenant
        use that one, as after `use_tenant`. Role and tenant end with the transaction.
        """
        async with self.transaction() as connection:
            await connection.fetchrow(_SQL["set_role"], role, tenant_id)
            yield connection


def _is_lost(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken the closed connection back
        return True


async def use_tenant(connection: Connection, tenant_id: str) -> None:
    """Changes the tenant of a running transaction."""
    await connection.fetchval(_SQL["set_tenant"], tenant_id)


@contextlib.asynccontextmanager
async def open_database(settings: PostgresSettings) -> AsyncIterator[Database]:
    """Opens the pool and closes it after the block.

    Raises Unavailable (DATABASE_UNAVAILABLE) with the cause when the server does not answer, its certificate is not
    valid, or it rejects the login.
    """
    trusted = ssl.create_default_context(cafile=settings.ca) if settings.ca else None
    try:
        pool = await asyncpg.create_pool(
            settings.url,
            ssl=trusted,
            min_size=settings.connections_min,
            max_size=settings.connections_max,
            command_timeout=settings.statement_timeout.total_seconds() + 5,
            server_settings={
                "application_name": settings.application_name,
                "statement_timeout": str(int(settings.statement_timeout.total_seconds() * 1000)),
                "timezone": "UTC",
            },
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError) as error:
        raise Unavailable(
            f"The database cannot be opened: {str(error) or type(error).__name__}. Check RADIANT_DATABASE_URL.",
            reason="DATABASE_UNAVAILABLE",
        ) from error
    try:
        yield Database(pool, settings.acquire_timeout)
    finally:
        try:
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)
        except TimeoutError:
            pool.terminate()
