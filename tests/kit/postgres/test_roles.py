"""Roles of services: they can log in and have no other attributes."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.addresses import role_url
from kit.postgres.roles import ensure_role
from tests.support.servers import Databases, database_at

ATTRIBUTES = """
SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolinherit, rolreplication
FROM pg_roles WHERE rolname = $1
"""
LOGIN_ALONE = (True, False, False, False, False, False, False)


@pytest.fixture
async def admin(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a superuser's connection."""
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def name(admin: asyncpg.Connection) -> AsyncIterator[str]:
    """Provides the name of a role that is not there, and must be quoted; removes the role afterwards."""
    name = f'kit "test" {uuid.uuid4().hex[:8]}'
    yield name
    await admin.execute('DROP ROLE IF EXISTS "{}"'.format(name.replace('"', '""')))


async def test_created_role_can_only_log_in(admin: asyncpg.Connection, name: str, empty_database_url: str) -> None:
    password = 'it\'s \\ "quoted" $$ ü'
    await ensure_role(admin, name, password)
    assert [tuple(row) for row in await admin.fetch(ATTRIBUTES, name)] == [LOGIN_ALONE]
    connection = await asyncpg.connect(role_url(empty_database_url, name, password))
    try:
        assert await connection.fetchval("SELECT current_user") == name
    finally:
        await connection.close()


async def test_changed_role_is_reset(admin: asyncpg.Connection, name: str) -> None:
    await ensure_role(admin, name, "first")
    await admin.execute(
        'ALTER ROLE "{}" SUPERUSER BYPASSRLS CREATEDB CREATEROLE INHERIT NOLOGIN'.format(name.replace('"', '""'))
    )
    stored = await admin.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", name)
    await ensure_role(admin, name, "second")
    assert [tuple(row) for row in await admin.fetch(ATTRIBUTES, name)] == [LOGIN_ALONE]
    assert await admin.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", name) != stored


async def test_roles_are_created_concurrently_for_several_databases(
    name: str, databases: Databases, empty_database_url: str
) -> None:
    with databases.fresh("template0") as other:
        urls = [empty_database_url, other, database_at(other, "postgres")] * 2
        connections = [await asyncpg.connect(url) for url in urls]
        try:
            for _ in range(10):
                await asyncio.gather(*(ensure_role(each, name, "password") for each in connections))
        finally:
            for each in connections:
                await each.close()
