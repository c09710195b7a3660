"""`radiant migrate` on a server whose roles exist: their passwords are verified and changed only on request."""

from __future__ import annotations

import argparse
import io
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from cli.addresses import role_url
from cli.commands import Invocation, migrate
from cli.embedded import embedded_postgres
from cli.embedded.folder import DataFolder
from cli.embedded.postgres import SCRATCH_OPTIONS
from cli.roles import RoleError
from cli.services import SERVICES_WITH_SCHEMA
from cli.settings import SuiteSettings
from tests.support.servers import ROLE_PASSWORD, Databases, database_at, memory_folder, scratch_folder, url_as

PASSWORDS = {service.password_variable: ROLE_PASSWORD for service in SERVICES_WITH_SCHEMA}
STORED = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'radiant_%' AND rolcanlogin"


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a superuser's connection to the server."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def stored_passwords(admin: asyncpg.Connection) -> dict[str, str]:
    """Returns the stored verifiers of the passwords by role."""
    return {row["rolname"]: row["rolpassword"] for row in await admin.fetch(STORED)}


async def run(url: str, data: Path, *, variables: dict[str, str] | None = None, **flags: bool) -> str:
    """Runs the command on a data folder and returns its output."""
    environ = {"DATABASE_URL": url, "RADIANT_DATA": str(data), **(variables or {})}
    text = io.StringIO()
    given = argparse.Namespace(**{"set_passwords": False, "keep_passwords": False, **flags})
    settings = SuiteSettings.from_env(environ)
    await migrate.run(Invocation(arguments=given, settings=settings, environ=environ, console=Console(file=text)))
    return text.getvalue()


async def tables(url: str) -> int:
    """Returns the number of tables of the suite in a database."""
    connection = await asyncpg.connect(url)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM pg_tables WHERE schemaname NOT LIKE 'pg_%' AND schemaname <> 'information_schema'"
            )
        )
    finally:
        await connection.close()


async def test_migrate_from_another_data_folder_changes_no_password_and_no_schema(
    admin: asyncpg.Connection, empty_database_url: str, tmp_path: Path
) -> None:
    before = await stored_passwords(admin)
    with pytest.raises(RoleError, match=r"radiant_ingest.*RADIANT_INGEST_PASSWORD.*--set-passwords"):
        await run(empty_database_url, tmp_path)
    assert await stored_passwords(admin) == before
    assert await tables(empty_database_url) == 0


async def test_migrate_with_a_wrong_password_names_only_that_role(empty_database_url: str, tmp_path: Path) -> None:
    variables = {**PASSWORDS, "RADIANT_VOICE_PASSWORD": "wrong"}
    with pytest.raises(RoleError) as caught:
        await run(empty_database_url, tmp_path, variables=variables)
    assert "RADIANT_VOICE_PASSWORD" in str(caught.value)
    assert "radiant_ingest" not in str(caught.value)
    assert "wrong" not in str(caught.value)


async def test_migrate_with_the_passwords_of_the_roles_applies_migrations(
    admin: asyncpg.Connection, empty_database_url: str, tmp_path: Path
) -> None:
    before = await stored_passwords(admin)
    assert "ingest: applied 0001" in await run(empty_database_url, tmp_path, variables=PASSWORDS)
    assert await stored_passwords(admin) == before


async def test_migrate_that_keeps_passwords_needs_none(
    admin: asyncpg.Connection, empty_database_url: str, tmp_path: Path
) -> None:
    before = await stored_passwords(admin)
    assert "ingest: applied 0001" in await run(empty_database_url, tmp_path, keep_passwords=True)
    assert await stored_passwords(admin) == before


async def test_migrate_that_sets_passwords_changes_those_of_existing_roles(
    admin: asyncpg.Connection, database_url: str, tmp_path: Path
) -> None:
    before = await stored_passwords(admin)
    try:
        await run(database_url, tmp_path, set_passwords=True)
        after = await stored_passwords(admin)
        assert {name for name, stored in before.items() if after[name] == stored} == set()
        own = DataFolder(tmp_path).secret("radiant_ingest_password")
        connection = await asyncpg.connect(url_as("radiant_ingest", database_url).replace(ROLE_PASSWORD, own))
        await connection.close()
    finally:
        for name in before:
            await admin.execute(f"ALTER ROLE {name} PASSWORD '{ROLE_PASSWORD}'")


async def test_migrate_refuses_a_role_that_bypasses_row_level_security(
    admin: asyncpg.Connection, empty_database_url: str, tmp_path: Path, databases: Databases
) -> None:
    await admin.execute("ALTER ROLE radiant_neural BYPASSRLS INHERIT")
    try:
        with pytest.raises(RoleError, match="ALTER ROLE radiant_neural NOBYPASSRLS NOINHERIT"):
            await run(empty_database_url, tmp_path, keep_passwords=True)
    finally:
        await admin.execute("ALTER ROLE radiant_neural NOBYPASSRLS NOINHERIT")
    assert await tables(empty_database_url) == 0


async def test_owner_without_superuser_migrates_and_sets_passwords(tmp_path: Path) -> None:
    """Uses a server of its own, because the roles of the shared server belong to its superuser."""
    with scratch_folder(memory_folder()) as folder:
        async with embedded_postgres(folder, options=SCRATCH_OPTIONS) as server:
            superuser = await asyncpg.connect(server.url)
            await superuser.execute(f"CREATE ROLE owner LOGIN CREATEROLE PASSWORD '{ROLE_PASSWORD}'")
            await superuser.execute("CREATE DATABASE suite OWNER owner")
            await superuser.close()
            url = role_url(database_at(server.url, "suite"), "owner", ROLE_PASSWORD)
            assert "ingest: applied 0001" in await run(url, tmp_path, variables=PASSWORDS)
            await run(url, tmp_path, set_passwords=True)
            with pytest.raises(RoleError):
                await run(url, tmp_path, variables=PASSWORDS)
