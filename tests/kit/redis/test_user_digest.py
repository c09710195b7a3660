"""Digests of user ids: keyed, different for tenants, and read from the database by the services that need them."""

from __future__ import annotations

import asyncpg
import pytest

from kit.postgres.pool import PostgresSettings, open_database
from kit.redis.user_digest import UserDigest, read_user_digest
from tests.support.servers import url_as


def test_digest_depends_on_key_tenant_and_user() -> None:
    one, other = UserDigest(bytes(32)), UserDigest(b"k" * 32)
    digests = [one.of("acme", "u"), one.of("acme", "v"), one.of("globex", "u"), other.of("acme", "u"), one.of("a", "u")]
    assert len(set(digests)) == len(digests)
    assert {len(each) for each in digests} == {32}
    assert one.of("acme", "u") == UserDigest(bytes(32)).of("acme", "u")


def test_digest_of_no_user_is_empty() -> None:
    assert UserDigest(bytes(32)).of("acme", "") == ""


async def test_services_read_the_same_key_and_others_none(database_url: str) -> None:
    found = []
    for role in ("radiant_ingest", "radiant_neural"):
        settings = PostgresSettings(url=url_as(role, database_url), application_name="kit-test")
        async with open_database(settings) as database:
            found.append((await read_user_digest(database)).of("acme", "u"))
    assert found[0] == found[1]
    for role in ("radiant_experiments", "radiant_voice"):
        connection = await asyncpg.connect(url_as(role, database_url))
        try:
            for query in ("SELECT ingest_api_v1.digest_key('redis')", "SELECT key FROM ingest.digest_keys"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetchval(query)
        finally:
            await connection.close()
