"""Login roles of services: neither owner, nor superuser, nor above row-level security."""

from __future__ import annotations

import asyncio

import asyncpg

from kit.postgres.queries import load_queries

_SQL = load_queries("kit")

ATTEMPTS_MAX, WAIT_S = 20, 0.02
_RACES = (
    asyncpg.DuplicateObjectError,
    asyncpg.UniqueViolationError,
    asyncpg.InternalServerError,  # "tuple concurrently updated"
)
"""Locks belong to one database and roles to the server: who set up another database may have been faster."""


async def ensure_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    """Makes the role, or brings it back to what it must be; needs the right to make roles."""
    for attempt in range(ATTEMPTS_MAX):
        try:
            async with connection.transaction():
                await connection.execute(_SQL["lock_roles"])
                exists = await connection.fetchval(_SQL["role_exists"], name)
                query = "alter_role_statement" if exists else "create_role_statement"
                await connection.execute(await connection.fetchval(_SQL[query], name, password))
            return
        except _RACES:
            if attempt + 1 == ATTEMPTS_MAX:
                raise
        await asyncio.sleep(WAIT_S * attempt)
