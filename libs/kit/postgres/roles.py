"""Login roles of services: neither owner, nor superuser, nor above row-level security."""

from __future__ import annotations

import asyncpg

from kit.postgres.queries import load_queries

_SQL = load_queries("kit")


async def ensure_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    """Makes the role, or brings it back to what it must be; needs the right to make roles."""
    await connection.execute(_SQL["lock_roles"])
    try:
        exists = await connection.fetchval(_SQL["role_exists"], name)
        query = "alter_role_statement" if exists else "create_role_statement"
        await connection.execute(await connection.fetchval(_SQL[query], name, password))
    finally:
        await connection.execute(_SQL["unlock_roles"])
