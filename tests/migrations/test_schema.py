"""The schema.sql of each service equals what the migrations create."""

import asyncpg
import pytest

from cli.schema_dump.dump import dump, partitions, stable
from cli.services import SERVICES_WITH_SCHEMA, Service
from tests.house.tree import PACKAGES

OWNERS = """
SELECT n.nspname || '.' || c.relname AS name, pg_get_userbyid(c.relowner) AS owner
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 OR n.nspname LIKE $1 || '\\_api\\_v%'
UNION ALL
SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = $1 OR n.nspname LIKE $1 || '\\_api\\_v%'
"""


@pytest.mark.parametrize("service", SERVICES_WITH_SCHEMA, ids=lambda each: each.name)
async def test_schema_file_after_all_migrations_equals_the_dump(service: Service, database_url: str) -> None:
    file = PACKAGES[service.module] / "sql" / "schema.sql"
    written = dump(database_url, service.schema, await partitions(database_url))
    assert len(written.splitlines()) > 50
    assert file.read_text(encoding="utf-8") == written, "run `make schemas`"


async def test_dump_after_a_new_column_differs(database_url: str) -> None:
    before = dump(database_url, "voice", [])
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("ALTER TABLE voice.requests ADD COLUMN planted text")
    finally:
        await connection.close()
    assert dump(database_url, "voice", []) != before


@pytest.mark.parametrize("service", SERVICES_WITH_SCHEMA, ids=lambda each: each.name)
async def test_database_objects_belong_to_the_owner_role(service: Service, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(OWNERS, service.schema)
    finally:
        await connection.close()
    assert rows
    assert {row["name"]: row["owner"] for row in rows if row["owner"] != "radiant_owner"} == {}


def test_stable_dump_has_no_version_and_no_random_key() -> None:
    banner = "--\n-- PostgreSQL database dump\n--\n\n\\restrict Abc\n\n-- Dumped from database version 18.6\n"
    assert stable(banner + "SET a = 1;\nCREATE TABLE t ();\n") == "CREATE TABLE t ();\n"
