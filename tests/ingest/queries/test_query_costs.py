"""Query costs with 100,000 outputs, measured in rows read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.queries.outputs import OutputFilter, list_outputs
from ingest.queries.tenant_stats import load_tenant_stats
from kit.errors import DeadlineExceeded
from kit.postgres.pool import Database, PostgresSettings, open_database
from tests.ingest.fixtures.bulk_data import insert_bulk_data, open_test_database, rows_read
from tests.ingest.fixtures.service import rows
from tests.support.servers import Apart, Databases, url_as

TENANT = "acme"
OUTPUTS = 100_000
START = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def bulk_url(apart: Apart, databases: Databases) -> Iterator[str]:
    """Returns the address of a database with many outputs of one tenant and some of another."""
    with databases.fresh() as url:
        apart.run(insert_bulk_data(url, TENANT, OUTPUTS))
        apart.run(insert_bulk_data(url, "globex", 5_000))
        yield url


async def cost(url: str, read: Callable[[Database], Awaitable[Any]]) -> tuple[Any, int, int]:
    """Returns the result of a query and the rows that it read by sequential scans and by index scans."""
    before = await rows_read(url)
    async with open_test_database(url) as database:
        answer = await read(database)
    whole, found = await rows_read(url)
    return answer, whole - before[0], found - before[1]


PAGES: list[tuple[dict[str, Any], int]] = [
    ({}, 50),
    ({"user_id": "u7"}, 50),
    ({"conversation_id": "c77"}, 10),
    ({"model": "m3"}, 50),
    ({"has_feedback": True}, 50),
    ({"rating": -1}, 50),
    ({"signal_type": "copy_response"}, 50),
    ({"user_id": "u8", "signal_type": "copy_response"}, 33),
    ({"conversation_id": "c77", "has_feedback": True}, 5),
]


@pytest.mark.parametrize(("conditions", "expected"), PAGES)
@pytest.mark.parametrize("days", [0, 100])
async def test_page_reads_small_share_of_tables(
    bulk_url: str, conditions: dict[str, Any], expected: int, days: int
) -> None:
    place = (datetime.now(UTC) - timedelta(days=days), "") if days else (END, "")
    wanted = OutputFilter(start=START, **conditions)
    page, whole, found = await cost(bulk_url, lambda database: list_outputs(database, TENANT, wanted, place, 50))
    if days == 0:
        assert len(page.rows) == expected
    assert whole < 1_000  # only small tables are read sequentially
    assert found < 12_000  # of 400,000


async def test_search_for_rare_feedback_reads_each_table_once(bulk_url: str) -> None:
    wanted = OutputFilter(start=START, signal_type="report_content")
    page, whole, found = await cost(bulk_url, lambda database: list_outputs(database, TENANT, wanted, (END, ""), 50))
    assert len(page.rows) == 50
    assert whole + found < 3 * OUTPUTS


async def test_tenant_stats_of_a_week_read_one_month_of_manifests(bulk_url: str) -> None:
    end = datetime.now(UTC)
    query = (
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint FROM pg_stat_user_tables"
        " WHERE schemaname = 'ingest' AND relname LIKE 'execution\\_manifests%'"
    )
    before = (await rows(bulk_url, query))[0][0]
    found, _, _ = await cost(
        bulk_url, lambda database: load_tenant_stats(database, TENANT, end - timedelta(days=7), end)
    )
    read = (await rows(bulk_url, query))[0][0] - before
    assert 5_800 <= found.total["outputs"] <= 5_840
    assert read < 1.2 * 25_000  # one month at most
    assert sum(row["outputs"] for row in found.days) == found.total["outputs"]


async def test_statement_timeout_explains_what_to_do(bulk_url: str) -> None:
    url = url_as("radiant_ingest", bulk_url)
    settings = PostgresSettings(url=url, application_name="test", statement_timeout=timedelta(milliseconds=5))
    async with open_database(settings) as database:
        with pytest.raises(DeadlineExceeded, match="shorter time") as caught:
            await load_tenant_stats(database, TENANT, START, END)
        assert caught.value.reason == "STATEMENT_TIMEOUT"
        with pytest.raises(DeadlineExceeded, match="shorter time"):
            await list_outputs(database, TENANT, OutputFilter(start=START, signal_type="regenerate"), (END, ""), 50)
