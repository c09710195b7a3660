"""Settings of statements that read or write a large part of a table."""

from __future__ import annotations

from datetime import datetime

from kit.postgres.pool import Connection
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "store.sql")

STATEMENT_TIMEOUT_S = 3600.0
"""Longest duration of one bulk statement, in seconds."""


async def configure_bulk_statements(connection: Connection) -> None:
    """Sets memory, planner and timeout settings for bulk statements until the end of the transaction."""
    await connection.fetch(_SQL["configure_bulk_statements"])


async def server_time(connection: Connection) -> datetime:
    """Returns the time of the database server, with which the start of a bulk job is compared later."""
    moment: datetime = await connection.fetchval(_SQL["server_time"])
    return moment
