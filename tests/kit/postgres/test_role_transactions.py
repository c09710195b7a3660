"""Role transactions: role and tenant hold for the transaction alone."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from kit.postgres.pool import Database, PostgresSettings, open_database
from tests.support.servers import url_as

STATE = "SELECT current_user::text, coalesce(current_setting('app.current_tenant_id', true), '')"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yields a pool with the login role of neural."""
    settings = PostgresSettings(
        url=url_as("radiant_neural", database_url), application_name="kit-test", connections_max=2
    )
    async with open_database(settings) as opened:
        yield opened


async def test_role_and_tenant_end_with_the_transaction(database: Database) -> None:
    async with database.as_role("radiant_learner", "acme") as connection:
        assert tuple(await connection.fetchrow(STATE) or ()) == ("radiant_learner", "acme")
    async with database.transaction() as connection:
        assert tuple(await connection.fetchrow(STATE) or ()) == ("radiant_neural", "")


async def test_role_without_tenant_sees_no_current_tenant(database: Database) -> None:
    async with database.as_role("radiant_learner") as connection:
        assert tuple(await connection.fetchrow(STATE) or ()) == ("radiant_learner", "")


async def test_role_ends_with_a_failed_transaction(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.as_role("radiant_learner", "acme"):
            raise KeyError
    async with database.connection() as connection:
        assert tuple(await connection.fetchrow(STATE) or ()) == ("radiant_neural", "")


async def test_role_of_another_service_is_refused(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.as_role("radiant_owner"):
            pass


async def test_role_name_is_data(database: Database) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError):
        async with database.as_role("radiant_learner; RESET ROLE"):
            pass
