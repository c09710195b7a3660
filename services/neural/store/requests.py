"""Idempotent changes: stored answers of requests to neural."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kit.postgres.once import Asked, once
from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "store.sql")


async def change_once(connection: Connection, request: Asked, change: Callable[[], Awaitable[bytes]]) -> bytes:
    """Makes a change and stores its answer. Returns the stored answer, without a change, for a repeated request.

    Raises Invalid (REQUEST_ID_REUSED) if the identifier belongs to another request.
    """
    return await once(connection, _SQL["stored_answer"], _SQL["store_answer"], request, change)
