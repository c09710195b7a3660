"""Login roles of services, which own nothing, are no superusers and do not bypass row-level security."""

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
"""Advisory locks are per database and roles per server: a set-up of another database can conflict."""


async def ensure_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    """Creates the role, or resets its attributes and password. The caller needs CREATEROLE.

    To reset attributes, the caller must be a superuser.
    """
    await _set_up(connection, name, password, resets_existing=True)


async def create_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    """Creates the role. An existing role is left unchanged. The caller needs CREATEROLE."""
    await _set_up(connection, name, password, resets_existing=False)


async def _set_up(connection: asyncpg.Connection, name: str, password: str, *, resets_existing: bool) -> None:
    for attempt in range(ATTEMPTS_MAX):
        try:
            async with connection.transaction():
                await connection.execute(_SQL["lock_roles"])
                exists = await connection.fetchval(_SQL["role_exists"], name)
                if exists and not resets_existing:
                    return
                query = "create_role_statement"
                if exists:
                    is_safe = await connection.fetchval(_SQL["role_is_safe"], name)
                    query = "set_password_statement" if is_safe else "alter_role_statement"
                await connection.execute(await connection.fetchval(_SQL[query], name, password))
            return
        except _RACES:
            if attempt + 1 == ATTEMPTS_MAX:
                raise
        await asyncio.sleep(WAIT_S * attempt)
