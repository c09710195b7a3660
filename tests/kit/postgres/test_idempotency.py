"""Idempotent changes: a repeat gets the first answer, and anything else under its identifier is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kit.errors import Conflict, Invalid
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers, fingerprint_of
from kit.postgres.pool import Database, PostgresSettings, open_database
from radiant.neural.v1 import learning_service_pb2 as pb

SETUP = """
CREATE SCHEMA example;
CREATE TABLE example.requests (
  tenant_id text, request_id text, method text, fingerprint bytea, answer bytea, PRIMARY KEY (tenant_id, request_id)
);
CREATE TABLE example.changes (number int);
"""
KEY = IdempotencyKey(tenant_id="acme", request_id="r-1", method="Change", fingerprint=b"f")
ANSWERS = StoredAnswers("example")


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    """Yields a pool on a database with a table of answers."""
    async with open_database(PostgresSettings(url=empty_database_url, application_name="kit-test")) as opened:
        async with opened.connection() as connection:
            await connection.execute(SETUP)
        yield opened


async def changed(
    database: Database, key: IdempotencyKey, answer: bytes, meanwhile: asyncio.Event | None = None
) -> bytes:
    """Makes a change once and returns its answer; waits in the transaction until the event is set."""
    async with database.transaction() as connection:

        async def change() -> bytes:
            await connection.execute("INSERT INTO example.changes VALUES (1)")
            if meanwhile is not None:
                await meanwhile.wait()
            return answer

        return await ANSWERS.once(connection, key, change)


async def changes(database: Database) -> int:
    """Returns how many changes were made."""
    async with database.connection() as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM example.changes")
    return count


async def test_repeat_returns_first_answer_and_changes_nothing(database: Database) -> None:
    assert await changed(database, KEY, b"first") == b"first"
    assert await changed(database, KEY, b"second") == b"first"
    assert await changes(database) == 1


@pytest.mark.parametrize(("method", "fingerprint"), [("Other", b"f"), ("Change", b"g")])
async def test_other_request_with_same_identifier_is_refused(
    database: Database, method: str, fingerprint: bytes
) -> None:
    await changed(database, KEY, b"first")
    other = IdempotencyKey(tenant_id="acme", request_id="r-1", method=method, fingerprint=fingerprint)
    with pytest.raises(Invalid) as caught:
        await changed(database, other, b"second")
    assert caught.value.reason == "REQUEST_ID_REUSED"
    assert await changes(database) == 1


async def test_same_identifier_of_another_tenant_is_another_request(database: Database) -> None:
    await changed(database, KEY, b"first")
    other = IdempotencyKey(tenant_id="globex", request_id="r-1", method="Change", fingerprint=b"f")
    assert await changed(database, other, b"second") == b"second"


async def test_concurrent_repeat_raises_conflict_and_leaves_one_change(database: Database) -> None:
    slow, fast = asyncio.Event(), asyncio.Event()
    fast.set()
    first = asyncio.create_task(changed(database, KEY, b"slow", slow))
    async with asyncio.timeout(5):
        while await waiting(database) == 0:  # noqa: ASYNC110 - only the server shows that the transaction waits
            await asyncio.sleep(0.005)
    assert await changed(database, KEY, b"fast", fast) == b"fast"
    slow.set()
    with pytest.raises(Conflict) as caught:
        await first
    assert caught.value.reason == "REQUEST_RACE"
    assert await changes(database) == 1


async def waiting(database: Database) -> int:
    """Returns how many transactions have made their change and wait."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE 'INSERT%'"
    async with database.connection() as connection:
        count: int = await connection.fetchval(query)
    return count


async def test_change_that_fails_leaves_no_answer(database: Database) -> None:
    async def fail() -> bytes:
        raise KeyError

    with pytest.raises(KeyError):
        async with database.transaction() as connection:
            await ANSWERS.once(connection, KEY, fail)
    assert await changed(database, KEY, b"second") == b"second"


def test_key_of_a_message_holds_its_identifier_and_digest() -> None:
    message = pb.PinTrustScoreRequest(request_id="r-2", user_id="u")
    key = IdempotencyKey.of(message, "PinTrustScore", "acme")
    assert (key.tenant_id, key.request_id, key.method) == ("acme", "r-2", "PinTrustScore")
    assert key.fingerprint == fingerprint_of(pb.PinTrustScoreRequest(request_id="r-2", user_id="u"))
    assert key.fingerprint != fingerprint_of(pb.PinTrustScoreRequest(request_id="r-2", user_id="v"))


@pytest.mark.parametrize("schema", ["", "Neural", "neural; DROP", "1"])
def test_schema_that_is_no_plain_name_is_refused(schema: str) -> None:
    with pytest.raises(ValueError, match="schema"):
        StoredAnswers(schema)
