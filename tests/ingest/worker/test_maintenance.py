"""Maintenance: monthly partitions and purge of stored responses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from ingest.worker.maintenance import maintain
from kit.postgres.pool import PostgresSettings, open_database
from tests.ingest.fixtures.service import IngestService, batch, manifest, rows, signal
from tests.support.servers import url_as

PARENTS = ("execution_manifests", "implicit_signals", "voice_feedback")
CHILDREN = """
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS has_row_security,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = ('ingest.' || $1)::regclass
"""


def months(first: int, last: int) -> set[str]:
    """Returns the suffixes of the partitions of months, relative to the current month."""
    now = datetime.now(UTC)
    counted = [now.year * 12 + now.month - 1 + step for step in range(first, last + 1)]
    return {f"_y{month // 12:04d}m{month % 12 + 1:02d}" for month in counted}


async def children(database_url: str, parent: str) -> dict[str, tuple[bool, bool]]:
    """Returns whether each partition of a table has row security and a policy, by its suffix."""
    found = await rows(database_url, CHILDREN, parent)
    return {row["name"].removeprefix(parent): (row["has_row_security"], row["has_policy"]) for row in found}


@pytest.mark.parametrize("parent", PARENTS)
async def test_partitions_of_coming_months_have_row_security(database_url: str, parent: str) -> None:
    found = await children(database_url, parent)
    assert set(found) == months(-1, 3) | {"_default"}
    assert set(found.values()) == {(True, True)}


async def test_ensure_partitions_repeated_concurrently_changes_nothing(database_url: str) -> None:
    before = [await children(database_url, parent) for parent in PARENTS]
    as_service = url_as("radiant_ingest", database_url)
    made = await asyncio.gather(*(rows(as_service, "SELECT ingest.ensure_partitions()") for _ in range(5)))
    assert [each[0][0] for each in made] == [0] * 5
    assert [await children(database_url, parent) for parent in PARENTS] == before


async def test_ensure_partitions_of_more_months_sets_row_security(database_url: str) -> None:
    made = await rows(url_as("radiant_ingest", database_url), "SELECT ingest.ensure_partitions(2, 5)")
    assert made[0][0] == 3 * len(PARENTS)
    for parent in PARENTS:
        found = await children(database_url, parent)
        assert set(found) == months(-2, 5) | {"_default"}
        assert set(found.values()) == {(True, True)}


async def run_maintenance(database_url: str) -> None:
    """Runs the maintenance of the service once."""
    settings = PostgresSettings(url=url_as("radiant_ingest", database_url), application_name="test")
    async with open_database(settings) as database:
        await maintain(database)


async def test_maintenance_creates_missing_partitions(database_url: str) -> None:
    lost = next(iter(months(2, 2)))
    for parent in PARENTS:
        await rows(database_url, f"DROP TABLE ingest.{parent}{lost}")
        assert lost not in await children(database_url, parent)
    await run_maintenance(database_url)
    for parent in PARENTS:
        assert lost in await children(database_url, parent)


def moments() -> list[Timestamp]:
    """Returns times in the past, now and at the beginning of a month."""
    now = datetime.now(UTC)
    edge = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for moment in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 6, 15, tzinfo=UTC), edge, now):
        stamp = Timestamp()
        stamp.FromDatetime(moment)
        found.append(stamp)
    before = Timestamp()
    before.FromMicroseconds(found[2].ToMicroseconds() - 1)
    return [*found, before]


async def test_rows_of_any_time_are_stored_in_their_partition(ingest: IngestService) -> None:
    for index, moment in enumerate(moments()):
        recorded, occurred = manifest(f"o{index}"), signal(f"o{index}")
        recorded.manifest.create_time.CopyFrom(moment)
        occurred.client_time.CopyFrom(moment)
        await ingest.call("RecordManifest", recorded)
        await ingest.call("BatchSubmitImplicitSignals", batch([occurred]))
    present, last = next(iter(months(0, 0))), next(iter(months(-1, -1)))
    expected = {"o0": "_default", "o1": "_default", "o2": present, "o3": present, "o4": last}
    for parent in PARENTS[:2]:
        found = await ingest.rows(f"SELECT output_id, tableoid::regclass::text AS place FROM ingest.{parent}")
        assert {row["output_id"]: row["place"].removeprefix(f"ingest.{parent}") for row in found} == expected


async def test_ensure_partitions_skips_month_with_rows_in_default_partition(ingest: IngestService) -> None:
    old = next(iter(months(-2, -2)))
    long_ago = signal("o")
    year, month = int(old[2:6]), int(old[7:9])
    long_ago.client_time.FromDatetime(datetime(year, month, 15, tzinfo=UTC))
    await ingest.call("BatchSubmitImplicitSignals", batch([long_ago]))
    connection = await asyncpg.connect(url_as("radiant_ingest", ingest.database_url))
    notices: list[str] = []
    connection.add_log_listener(lambda _, message: notices.append(message.message))
    try:
        assert await connection.fetchval("SELECT ingest.ensure_partitions(2, 3)") == len(PARENTS) - 1
    finally:
        await connection.close()
    assert notices == [f"rows of implicit_signals{old} already lie in the default partition"]
    again = await ingest.call("BatchSubmitImplicitSignals", batch([long_ago]))
    assert again.results[0].outcome == 2
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals") == 1


async def test_maintenance_purges_responses_older_than_a_day(database_url: str) -> None:
    insert = (
        "INSERT INTO ingest.requests (tenant_id, request_id, method, fingerprint, answer, created_at)"
        " SELECT 'acme', gen_random_uuid(), 'M', '', '', now() - $1::float8 * interval '1 hour'"
        " FROM generate_series(1, $2)"
    )
    await rows(database_url, insert, 25.0, 10_050)
    await rows(database_url, insert, 23.0, 3)
    await rows(database_url, "ANALYZE ingest.requests")  # a shared database may have statistics of an empty table

    await run_maintenance(database_url)
    (row,) = await rows(database_url, "SELECT count(*) FROM ingest.requests")
    assert row[0] == 3
