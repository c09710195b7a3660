"""Connection poolers, such as PgBouncer: connections that work through them, and their detection.

In transaction mode, a pooler gives each transaction another connection of the server. Settings, prepared statements and
locks of a session are then lost, or reach another client.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any

import asyncpg

from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

DETECTION_ATTEMPTS = 8
UNSUPPORTED_PARAMETER = "unsupported startup parameter"
"""Message of PgBouncer for a parameter that it cannot pass on."""
_LOST_STATEMENTS = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)


Connect = Callable[[], AbstractAsyncContextManager[Any]]
"""Yields one more connection to the same address, such as `asyncpg.Pool.acquire`."""


class Pooler(StrEnum):
    """The kind of pooler at the address of the database."""

    NONE = "none"
    """No pooler, or one in session mode that passes on startup parameters."""
    TRANSACTION = "transaction"
    """A pooler in transaction mode."""


class PooledConnection(asyncpg.Connection):
    """A connection through a pooler in transaction mode."""

    def _get_unique_id(self, prefix: str) -> str:
        """Returns a name for a statement or cursor that no other client of the pooler uses.

        The names of asyncpg are numbered per process, so that two processes would use the same name on one connection
        of the server.
        """
        return f"__asyncpg_{prefix}_{uuid.uuid4().hex}__"


async def keep_session(connection: asyncpg.Connection) -> None:
    """Leaves a released connection as it is: the transactions of the suite leave nothing in the session."""


async def is_shared_by_transactions(connect: Connect) -> bool:
    """Returns True if two open connections use one connection of the server: a pooler in transaction mode."""
    try:
        async with connect() as first:
            if await _server_process(first) == first.get_server_pid():
                return False  # connected to the server itself
            async with connect() as second:
                for _ in range(DETECTION_ATTEMPTS):  # other clients may take the connection in between
                    if await _server_process(first) == await _server_process(second):
                        return True
                return False
    except _LOST_STATEMENTS:
        return True


async def allows_transactions(connect: Connect) -> bool:
    """Returns False if a pooler refuses transactions of several statements, as in statement mode."""
    try:
        async with connect() as connection, connection.transaction():
            return True
    except asyncpg.PostgresConnectionError:
        return False


async def _server_process(connection: Any) -> int:
    async with connection.transaction():
        process: int = await connection.fetchval(_SQL["server_process"])
        return process
