"""Transactions of the pool have a tenant, and errors of the driver become errors of the suite."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from cli.addresses import role_url
from kit.errors import Conflict, DeadlineExceeded, NotFound, Unavailable
from kit.postgres.pool import Database, PostgresSettings, open_database, use_tenant
from kit.postgres.roles import ensure_role
from tests.kit.fixtures.settings import read_group

TENANT = "SELECT coalesce(current_setting('app.current_tenant_id', true), '')"
GONE = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    """Provides a pool of at most two connections."""
    settings = PostgresSettings(
        url=empty_database_url,
        application_name="kit-test",
        connections_max=2,
        statement_timeout=timedelta(milliseconds=300),
        acquire_timeout=timedelta(milliseconds=300),
    )
    async with open_database(settings) as opened:
        yield opened


async def test_tenant_ends_with_the_transaction(database: Database) -> None:
    async with database.tenant("acme") as connection:
        assert await connection.fetchval(TENANT) == "acme"
        server_process = await connection.fetchval("SELECT pg_backend_pid()")
    async with database.transaction() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") == server_process, "the same connection"
        assert await connection.fetchval(TENANT) == ""


async def test_tenant_on_the_same_connection_ends_with_the_transaction(database: Database) -> None:
    async with database.connection() as connection:
        async with connection.transaction():
            await use_tenant(connection, "acme")
            assert await connection.fetchval(TENANT) == "acme"
        assert await connection.fetchval(TENANT) == ""


async def test_tenant_ends_with_a_failed_transaction(database: Database) -> None:
    with pytest.raises(NotFound):
        async with database.tenant("acme"):
            raise NotFound
    async with database.connection() as connection:
        assert await connection.fetchval(TENANT) == ""


async def test_concurrent_tenants_are_separate(database: Database) -> None:
    async with database.tenant("acme") as one, database.tenant("globex") as other:
        assert await one.fetchval(TENANT) == "acme"
        assert await other.fetchval(TENANT) == "globex"


async def test_tenant_changed_within_a_transaction_takes_effect(database: Database) -> None:
    async with database.tenant("acme") as connection:
        await use_tenant(connection, "globex")
        assert await connection.fetchval(TENANT) == "globex"
    async with database.transaction() as connection:
        assert await connection.fetchval(TENANT) == ""


async def test_tenant_name_with_quotes_is_data(database: Database) -> None:
    name = "a'); DROP TABLE x; --"
    async with database.tenant(name) as connection:
        assert await connection.fetchval(TENANT) == name


async def test_failed_transaction_is_rolled_back(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE things (id int PRIMARY KEY)")

    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (1)")
            raise NotFound

    with pytest.raises(NotFound):
        await fail()
    async with database.transaction() as connection:
        assert await connection.fetchval("SELECT count(*) FROM things") == 0
        await connection.execute("INSERT INTO things VALUES (2)")
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT id FROM things") == 2


async def test_lost_connection_is_unavailable_and_the_next_works(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            async with database.tenant("acme") as connection:
                await connection.fetchval(GONE)
        assert caught.value.reason == "DATABASE_UNAVAILABLE"
        assert caught.value.retry_after > timedelta()
    async with database.tenant("acme") as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_connection_lost_while_idle_fails_at_most_one_call(database: Database) -> None:
    async with database.connection() as one, database.connection() as other:
        process = await one.fetchval("SELECT pg_backend_pid()")
        await other.execute("SELECT pg_terminate_backend($1, 200)", process)
    with contextlib.suppress(Unavailable):
        async with database.connection() as one, database.connection() as other:
            await one.fetchval("SELECT 1")
            await other.fetchval("SELECT 1")
    async with database.connection() as one, database.connection() as other:
        assert process not in {await each.fetchval("SELECT pg_backend_pid()") for each in (one, other)}


async def test_statement_above_its_timeout_fails_and_the_connection_works(database: Database) -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_sleep(20)")
    assert caught.value.reason == "STATEMENT_TIMEOUT"
    async with database.transaction() as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_pool_without_free_connection_is_unavailable(database: Database) -> None:
    async with database.connection(), database.connection():
        with pytest.raises(Unavailable) as caught:
            async with database.connection():
                pytest.fail("there is no third connection")
    assert "free" in str(caught.value)


async def test_serialization_failure_is_a_conflict(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE things (id int PRIMARY KEY, at int)")
        await connection.execute("INSERT INTO things VALUES (1, 0)")

    async def lose() -> None:
        async with database.connection() as slow, slow.transaction(isolation="repeatable_read"):
            await slow.fetchval("SELECT at FROM things")
            async with database.transaction() as fast:
                await fast.execute("UPDATE things SET at = 1")
            await slow.execute("UPDATE things SET at = 2")

    with pytest.raises(Conflict) as caught:
        await lose()
    assert caught.value.reason == "TRANSACTION_CONFLICT"


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [("SELECT $1::int4", [2**40]), ("SELECT $1::int4", ["one"]), ("SELECT $1::text", [1]), ("SELECT 1", [1])],
    ids=str,
)
async def test_wrong_argument_is_not_unavailable(database: Database, statement: str, arguments: list[object]) -> None:
    with pytest.raises((asyncpg.DataError, asyncpg.InterfaceError)):
        async with database.transaction() as connection:
            await connection.fetchval(statement, *arguments)


async def test_constraint_violation_is_raised_unchanged(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE things (id int CONSTRAINT things_pkey PRIMARY KEY)")
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO things VALUES (1), (1)")
    assert caught.value.constraint_name == "things_pkey"


async def test_cancelled_transaction_returns_its_connection(database: Database) -> None:
    async def work() -> None:
        async with database.tenant("acme") as connection:
            await connection.execute("SELECT pg_sleep(20)")

    for _ in range(4):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.tenant("acme") as one, database.tenant("acme") as other:
        assert await one.fetchval("SELECT 1") + await other.fetchval("SELECT 1") == 2


async def test_unreachable_server_is_unavailable() -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(Unavailable):
        async with open_database(PostgresSettings(url=url, application_name="kit-test")):
            pytest.fail("there is no server")


async def test_connection_has_the_application_name(database: Database) -> None:
    async with database.connection() as connection:
        assert await connection.fetchval("SHOW application_name") == "kit-test"
        assert await connection.fetchval("SHOW timezone") == "UTC"


def test_settings_text_has_no_password() -> None:
    environ = {"DATABASE_URL": "postgresql://me:hunter2@db/radiant", "STATEMENT_TIMEOUT_SECONDS": "2.5"}
    settings = read_group(PostgresSettings, environ, application_name="kit-test")
    assert settings.url.endswith("@db/radiant")
    assert settings.statement_timeout == timedelta(seconds=2.5)
    assert "hunter2" not in repr(settings)


async def test_changed_password_of_a_running_pool_is_unavailable(
    empty_database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    admin = await asyncpg.connect(empty_database_url)
    name = f"kit_test_{uuid.uuid4().hex[:8]}"
    await ensure_role(admin, name, "first")
    try:
        settings = PostgresSettings(url=role_url(empty_database_url, name, "first"), application_name="kit-test")
        async with open_database(settings) as opened, opened.connection():
            await ensure_role(admin, name, "second")
            with pytest.raises(Unavailable, match="rejects the login") as caught:  # the pool opens a second connection
                async with opened.connection():
                    pass
        assert caught.value.reason == "DATABASE_UNAVAILABLE"
        assert "password authentication failed" in caplog.text
        with pytest.raises(Unavailable, match=f'password authentication failed for user "{name}"'):
            async with open_database(settings):
                pass
    finally:
        await admin.execute(f"DROP ROLE {name}")
        await admin.close()
