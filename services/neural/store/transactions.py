"""Transactions in the role of the learner."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries

_SQL = load_queries("neural", "store.sql")


@contextlib.asynccontextmanager
async def as_learner(database: Database) -> AsyncIterator[Connection]:
    """Gives a transaction that may read and write the rows of all tenants."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["set_learner_role"])
        yield connection


async def server_time(connection: Connection) -> datetime:
    """Returns the time of the database server."""
    moment: datetime = await connection.fetchval(_SQL["server_time"])
    return moment
