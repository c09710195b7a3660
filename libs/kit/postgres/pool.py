"""Connections, and transactions that know whose data they may touch."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg

from kit.errors import Unavailable
from kit.postgres.errors import RETRY_AFTER, translated
from kit.postgres.queries import load_queries
from kit.settings import Reader

_SQL = load_queries("kit")

CLOSE_SECONDS_MAX = 5.0

Connection = asyncpg.pool.PoolConnectionProxy


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSettings:
    """Which database, as whom, and how much of it."""

    url: str = field(repr=False)
    """Address as the service's own role; holds its password. Parameters such as sslmode are the driver's."""
    ca: str = ""
    """File of authorities (PEM): the server must then speak TLS, be signed by one and bear the address's name."""
    application_name: str
    """What the server's own views call this process."""
    connections_min: int = 1
    connections_max: int = 10
    statement_timeout: timedelta = timedelta(seconds=15)
    """After it the server cancels a statement."""
    acquire_timeout: timedelta = timedelta(seconds=5)
    """Longest wait for a free connection."""

    @classmethod
    def read(cls, reader: Reader, application_name: str, connections_max: int = 10) -> PostgresSettings:
        """Reads DATABASE_URL, DATABASE_CA, DATABASE_CONNECTIONS_MAX and STATEMENT_TIMEOUT_SECONDS."""
        second = timedelta(seconds=1)
        return cls(
            url=reader.text("DATABASE_URL"),
            ca=reader.text("DATABASE_CA", ""),
            application_name=application_name,
            connections_max=reader.integer("DATABASE_CONNECTIONS_MAX", connections_max, 2, 500),
            statement_timeout=reader.seconds("STATEMENT_TIMEOUT_SECONDS", 15 * second, second, 3600 * second),
        )


class Database:
    """A pool of connections to one database. Every transaction says whose data it touches."""

    def __init__(self, pool: asyncpg.Pool, acquire_timeout: timedelta) -> None:
        self._pool, self._acquire_s = pool, acquire_timeout.total_seconds()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Gives a connection outside of any transaction; driver errors become ours."""
        with translated():
            try:
                connection = await self._pool.acquire(timeout=self._acquire_s)
            except (TimeoutError, OSError, asyncpg.InterfaceError):  # the last when the pool is closing
                message = "No database connection is free."
                raise Unavailable(message, RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from None
            try:
                yield connection
            except asyncpg.InterfaceError as error:
                if not _is_lost(connection):
                    raise  # a wrong argument, not a lost server
                message = "The database connection was lost."
                raise Unavailable(message, RETRY_AFTER, reason="DATABASE_UNAVAILABLE") from error
            finally:
                await self._pool.release(connection)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Gives a transaction that sees no tenant's rows unless it takes a role that may."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @contextlib.asynccontextmanager
    async def tenant(self, tenant_id: str) -> AsyncIterator[Connection]:
        """Gives a transaction that sees the rows of one tenant."""
        async with self.transaction() as connection:
            await connection.fetchval(_SQL["set_tenant"], tenant_id)
            yield connection


def _is_lost(connection: Connection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken the closed connection back
        return True


async def use_tenant(connection: Connection, tenant_id: str) -> None:
    """Turns a running transaction to the rows of another tenant."""
    await connection.fetchval(_SQL["set_tenant"], tenant_id)


@contextlib.asynccontextmanager
async def open_database(settings: PostgresSettings) -> AsyncIterator[Database]:
    """Opens the pool and closes it after the block.

    Raises Unavailable when the server does not answer or is not whom the authorities know.
    """
    trusted = ssl.create_default_context(cafile=settings.ca) if settings.ca else None
    with translated():
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
        except OSError as error:
            raise Unavailable("The database does not answer.", reason="DATABASE_UNAVAILABLE") from error
    try:
        yield Database(pool, settings.acquire_timeout)
    finally:
        try:
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)
        except TimeoutError:
            pool.terminate()
