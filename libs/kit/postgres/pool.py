"""Connection pool, and transactions that are bound to one tenant or to a role."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Literal

import asyncpg

from kit.errors import Unavailable
from kit.postgres.errors import RETRY_AFTER, translated
from kit.postgres.pooler import (
    UNSUPPORTED_PARAMETER,
    PooledConnection,
    Pooler,
    allows_transactions,
    is_shared_by_transactions,
    keep_session,
)
from kit.postgres.queries import load_queries
from kit.settings.declaration import Setting

_SQL = load_queries("kit")

CLOSE_SECONDS_MAX = 5.0
DIRECT_CONNECTIONS_MAX = 4
"""Connections to the server itself, beside a pooler. Each one holds the lock of a job."""

Connection = asyncpg.pool.PoolConnectionProxy
IsolationLevel = Literal["read_committed", "repeatable_read", "serializable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSettings:
    """Database address and limits of the connection pool."""

    url: Annotated[str, Setting("DATABASE_URL", is_secret=True)] = field(repr=False)
    """PostgreSQL address (postgresql://user:password@host:port/database) with the role of the service."""
    ca: Annotated[str, Setting("DATABASE_CA")] = ""
    """PEM file of certificate authorities. If set, the server must use TLS with a certificate for the host of the
    address that one of them has signed."""
    pooler: Annotated[Pooler, Setting("DATABASE_POOLER")] = Pooler.NONE
    """`transaction` if the address leads to a connection pooler in transaction mode, such as PgBouncer. The service
    then keeps no state in a session. With `none`, such a pooler is refused at the start."""
    direct_url: Annotated[str, Setting("DATABASE_DIRECT_URL", is_secret=True)] = field(default="", repr=False)
    """Address of PostgreSQL itself, beside that of a pooler, for locks that a session holds. neural needs it if
    RADIANT_DATABASE_POOLER is transaction; other services ignore it."""
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

    def __init__(
        self,
        pool: asyncpg.Pool,
        acquire_timeout: timedelta,
        *,
        sessions: asyncpg.Pool | None,
        statement_timeout: timedelta | None = None,
    ) -> None:
        """`sessions` is the pool of connections to the server itself: `pool`, or another one beside a pooler.

        The statement timeout is set in each transaction, unless it is a setting of the session.
        """
        self._pool, self._acquire_s = pool, acquire_timeout.total_seconds()
        self._sessions = sessions
        self._statement_timeout = statement_timeout

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Yields a connection outside of any transaction, for locks that a session holds.

        Driver errors are raised as errors of kit.errors. Raises Unavailable (DATABASE_UNAVAILABLE) when no connection
        is free within the acquire timeout, and RuntimeError beside a pooler if the database was opened without
        sessions.
        """
        if self._sessions is None:
            raise RuntimeError("A pooler in transaction mode keeps no session: open the database with needs_sessions.")
        async with self._acquired(self._sessions) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, isolation: IsolationLevel | None = None, is_read_only: bool = False
    ) -> AsyncIterator[Connection]:
        """Yields a transaction that sees no tenant's rows, as row-level security applies without a tenant.

        Errors are those of `connection`.
        """
        async with (
            self._acquired(self._pool) as connection,
            connection.transaction(isolation=isolation, readonly=is_read_only),
        ):
            if self._statement_timeout is not None:
                await connection.fetchval(_SQL["set_statement_timeout"], milliseconds(self._statement_timeout))
            yield connection

    @contextlib.asynccontextmanager
    async def _acquired(self, pool: asyncpg.Pool) -> AsyncIterator[Connection]:
        with translated():
            try:
                connection = await pool.acquire(timeout=self._acquire_s)
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
                await pool.release(connection)

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
async def open_database(settings: PostgresSettings, *, needs_sessions: bool = False) -> AsyncIterator[Database]:
    """Opens the pool and closes it after the block. A service that uses `Database.connection` needs sessions.

    Raises Unavailable (DATABASE_UNAVAILABLE) with the cause when the server does not answer, its certificate is not
    valid, it rejects the login, or a pooler is in a mode that the settings do not name.
    """
    is_pooled = settings.pooler is Pooler.TRANSACTION
    if is_pooled and needs_sessions and not settings.direct_url:
        raise _unavailable(
            "RADIANT_DATABASE_DIRECT_URL is not set. Locks of this service belong to a session, which a pooler in "
            "transaction mode does not keep. Set it to the address of PostgreSQL itself."
        )
    async with contextlib.AsyncExitStack() as stack:
        pool = await stack.enter_async_context(_open_pool(settings))
        if not await allows_transactions(pool.acquire):
            raise _unavailable(
                "The pooler at RADIANT_DATABASE_URL refuses transactions of several statements. Set its mode to "
                "transaction or session."
            )
        if not is_pooled and await is_shared_by_transactions(pool.acquire):
            raise _unavailable(
                "RADIANT_DATABASE_URL leads to a connection pooler in transaction mode, such as PgBouncer. Set "
                "RADIANT_DATABASE_POOLER=transaction, or use the address of PostgreSQL or of a pooler in session mode."
            )
        sessions = None if is_pooled else pool
        if is_pooled and needs_sessions:
            direct = replace(
                settings, url=settings.direct_url, pooler=Pooler.NONE, connections_max=DIRECT_CONNECTIONS_MAX
            )
            sessions = await stack.enter_async_context(_open_pool(direct, "RADIANT_DATABASE_DIRECT_URL"))
            if await is_shared_by_transactions(sessions.acquire):
                raise _unavailable(
                    "RADIANT_DATABASE_DIRECT_URL leads to a connection pooler in transaction mode. Set it to the "
                    "address of PostgreSQL itself."
                )
        timeout = settings.statement_timeout if is_pooled else None
        yield Database(pool, settings.acquire_timeout, sessions=sessions, statement_timeout=timeout)


def connection_options(settings: PostgresSettings) -> dict[str, Any]:
    """Returns the options of asyncpg for one connection: TLS, and state of the session where the server keeps it."""
    trusted = ssl.create_default_context(cafile=settings.ca) if settings.ca else None
    session = {"application_name": settings.application_name, "timezone": "UTC"}
    if settings.pooler is Pooler.TRANSACTION:
        return {
            "ssl": trusted,
            "server_settings": session,  # PgBouncer restores both for each transaction
            "statement_cache_size": 0,
            "connection_class": PooledConnection,
        }
    session["statement_timeout"] = milliseconds(settings.statement_timeout)
    return {"ssl": trusted, "server_settings": session}


def milliseconds(time: timedelta) -> str:
    """Returns the time as PostgreSQL reads it in a setting: a number of milliseconds."""
    return str(int(time.total_seconds() * 1000))


@contextlib.asynccontextmanager
async def _open_pool(settings: PostgresSettings, variable: str = "RADIANT_DATABASE_URL") -> AsyncIterator[asyncpg.Pool]:
    try:
        pool = await asyncpg.create_pool(
            settings.url,
            min_size=settings.connections_min,
            max_size=settings.connections_max,
            command_timeout=settings.statement_timeout.total_seconds() + 5,
            reset=keep_session if settings.pooler is Pooler.TRANSACTION else None,
            **connection_options(settings),
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError) as error:
        cause, advice = str(error) or type(error).__name__, f"Check {variable}."
        if UNSUPPORTED_PARAMETER in cause:
            advice = (
                f"{variable} leads to a connection pooler, such as PgBouncer. Set RADIANT_DATABASE_POOLER=transaction, "
                "or use the address of PostgreSQL itself."
            )
        raise _unavailable(f"The database cannot be opened: {cause}. {advice}") from error
    try:
        yield pool
    finally:
        try:
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)
        except TimeoutError:
            pool.terminate()


def _unavailable(message: str) -> Unavailable:
    return Unavailable(message, reason="DATABASE_UNAVAILABLE")
