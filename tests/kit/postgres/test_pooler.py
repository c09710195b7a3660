"""Connections through a pooler: transaction mode works by setting; without it the service refuses to start."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from cli.schemas import DatabaseError, apply_all
from kit.checks.database import database_findings
from kit.errors import DeadlineExceeded, Unavailable
from kit.postgres.pool import Database, PostgresSettings, open_database
from kit.postgres.pooler import Pooler
from tests.support.pgbouncer import needs_pgbouncer, pgbouncer
from tests.support.servers import url_as

pytestmark = needs_pgbouncer

SERVER_CONNECTIONS = 3
TRANSACTIONS = 200
IGNORED = "ignore_startup_parameters = statement_timeout"
"""Setting of PgBouncer with which it accepts the startup parameters of the suite and does not apply them."""


def settings(url: str, **more: Any) -> PostgresSettings:
    return PostgresSettings(url=url_as("radiant_ingest", url), application_name="kit-test", connections_max=20, **more)


@contextlib.asynccontextmanager
async def pooled(url: str, **more: Any) -> AsyncIterator[Database]:
    async with (
        pgbouncer(url, connections=SERVER_CONNECTIONS) as address,
        open_database(settings(address, pooler=Pooler.TRANSACTION, **more)) as database,
    ):
        yield database


async def refusal(settings: PostgresSettings, *, needs_sessions: bool = False) -> str:
    """Returns the message with which the database is not opened."""
    with pytest.raises(Unavailable) as refused:
        async with open_database(settings, needs_sessions=needs_sessions):
            pytest.fail("the database was opened")
    assert refused.value.reason == "DATABASE_UNAVAILABLE"
    return str(refused.value)


async def test_transactions_that_share_connections_of_the_server_keep_their_tenant(database_url: str) -> None:
    async with pooled(database_url) as database:

        async def transaction(number: int) -> int:
            tenant = f"tenant-{number}"
            async with database.tenant(tenant) as connection:
                for term in range(3):  # other statements in each transaction, so that a kept statement would differ
                    query = f"SELECT current_setting('app.current_tenant_id') || $1 || {number % 7}"
                    assert await connection.fetchval(query, str(term)) == f"{tenant}{term}{number % 7}"
                process: int = await connection.fetchval("SELECT pg_backend_pid()")
                return process

        processes = await asyncio.gather(*(transaction(number) for number in range(TRANSACTIONS)))
        assert len(set(processes)) <= SERVER_CONNECTIONS
        async with database.transaction() as connection:
            assert not await connection.fetchval("SELECT current_setting('app.current_tenant_id', true)")


async def test_cursors_of_several_clients_do_not_collide(database_url: str) -> None:
    async with pgbouncer(database_url, connections=1) as address, contextlib.AsyncExitStack() as stack:
        pools = [
            await stack.enter_async_context(open_database(settings(address, pooler=Pooler.TRANSACTION)))
            for _ in range(3)
        ]

        async def read(database: Database) -> int:
            async with database.transaction() as connection:
                return sum([row["n"] async for row in connection.cursor("SELECT generate_series(1, 100) AS n")])

        assert set(await asyncio.gather(*(read(database) for database in pools for _ in range(10)))) == {5050}


async def test_statement_timeout_holds_in_each_transaction(database_url: str) -> None:
    async with pooled(database_url, statement_timeout=timedelta(seconds=1)) as database:
        async with database.transaction() as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "1s"
            assert await connection.fetchval("SHOW timezone") == "UTC"
        with pytest.raises(DeadlineExceeded):
            async with database.tenant("acme") as connection:
                await connection.execute("SELECT pg_sleep(10)")


async def test_pooler_without_the_setting_is_refused(database_url: str) -> None:
    async with pgbouncer(database_url) as address:
        message = await refusal(settings(address))
        assert "unsupported startup parameter: statement_timeout" in message
        assert "connection pooler, such as PgBouncer. Set RADIANT_DATABASE_POOLER=transaction" in message


async def test_check_of_the_database_names_the_setting_for_a_pooler(database_url: str) -> None:
    async with pgbouncer(database_url) as address:
        for chosen, is_ok in ((Pooler.NONE, False), (Pooler.TRANSACTION, True)):
            findings = database_findings(settings(address, pooler=chosen), is_production=False)
            texts = [f"{each}" async for each in findings]
            assert any("RADIANT_DATABASE_POOLER=transaction" in text for text in texts) is not is_ok


async def test_pooler_in_transaction_mode_that_ignores_parameters_is_refused(database_url: str) -> None:
    async with pgbouncer(database_url, more=IGNORED) as address:
        message = await refusal(settings(address))
        assert "connection pooler in transaction mode, such as PgBouncer. Set RADIANT_DATABASE_POOLER" in message


async def test_pooler_in_statement_mode_is_refused(database_url: str) -> None:
    async with pgbouncer(database_url, mode="statement") as address:
        message = await refusal(settings(address, pooler=Pooler.TRANSACTION))
        assert "refuses transactions of several statements" in message


async def test_pooler_in_session_mode_is_used_without_the_setting(database_url: str) -> None:
    async with (
        pgbouncer(database_url, mode="session", connections=20, more=IGNORED) as address,
        open_database(settings(address), needs_sessions=True) as database,
        database.tenant("acme") as connection,
    ):
        assert await connection.fetchval("SELECT 1") == 1


async def test_session_locks_beside_a_pooler_need_the_direct_address(database_url: str) -> None:
    async with pgbouncer(database_url, more=IGNORED) as address:
        pooled = settings(address, pooler=Pooler.TRANSACTION)
        assert "RADIANT_DATABASE_DIRECT_URL is not set" in await refusal(pooled, needs_sessions=True)
        wrong = settings(address, pooler=Pooler.TRANSACTION, direct_url=pooled.url)
        message = await refusal(wrong, needs_sessions=True)
        assert "RADIANT_DATABASE_DIRECT_URL leads to a connection pooler" in message
        async with open_database(pooled) as database:
            with pytest.raises(RuntimeError, match="keeps no session"):
                async with database.connection():
                    pass


async def test_session_lock_beside_a_pooler_is_held_by_the_direct_connection(database_url: str) -> None:
    direct = url_as("radiant_ingest", database_url)
    async with pgbouncer(database_url) as address:
        both = settings(address, pooler=Pooler.TRANSACTION, direct_url=direct)
        async with open_database(both, needs_sessions=True) as database, database.connection() as holder:
            assert await holder.fetchval("SELECT pg_try_advisory_lock(1, 2)")
            for _ in range(SERVER_CONNECTIONS * 2):
                async with database.transaction() as connection:
                    assert not await connection.fetchval("SELECT pg_try_advisory_xact_lock(1, 2)")
            assert await holder.fetchval("SELECT pg_advisory_unlock(1, 2)")


async def test_migrations_through_a_pooler_in_transaction_mode_are_refused(database_url: str) -> None:
    async with pgbouncer(database_url) as address:
        with pytest.raises(DatabaseError, match="connection pooler in transaction mode"):
            await apply_all(address, {})
