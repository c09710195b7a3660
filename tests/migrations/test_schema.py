"""schema.sql is what the migrations leave behind: tables, columns, indexes, rules, rights and functions alike."""

import asyncpg
import pytest

from cli.services import KEEPERS, Service
from kit.postgres.roles import ensure_role
from tests.house.tree import PACKAGES
from tests.support.servers import ROLE_PASSWORD

CATALOGUE = """
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname IN ('ingest', 'ingest_api_v1', 'neural', 'neural_api_v1', 'experiments', 'experiments_api_v1', 'voice')
)
SELECT 'column' AS kind, s.nspname || '.' || c.relname || '.' || a.attname AS name,
  concat_ws(' ', c.relkind, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    pg_get_expr(d.adbin, d.adrelid)) AS what
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN spaces s ON s.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT 'index', s.nspname || '.' || c.relname, pg_get_indexdef(c.oid)
FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace WHERE c.relkind IN ('i', 'I')
UNION ALL
SELECT 'constraint', s.nspname || '.' || k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN spaces s ON s.oid = k.connamespace
UNION ALL
SELECT 'policy', p.schemaname || '.' || p.tablename || '.' || p.policyname,
  concat_ws(' ', p.permissive, p.roles, p.cmd, p.qual, p.with_check)
FROM pg_policies p JOIN spaces s ON s.nspname = p.schemaname
UNION ALL
SELECT 'relation', s.nspname || '.' || c.relname,
  concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner), c.relacl,
    pg_get_viewdef(c.oid))
FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT 'function', p.oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(p.oid), p.proacl)
FROM pg_proc p JOIN spaces s ON s.oid = p.pronamespace
UNION ALL
SELECT 'schema', nspname, concat_ws(' ', pg_get_userbyid(nspowner), nspacl) FROM pg_namespace
WHERE nspname IN ('ingest', 'ingest_api_v1', 'neural', 'neural_api_v1', 'experiments', 'experiments_api_v1', 'voice')
"""


async def catalogue(url: str) -> dict[tuple[str, str], str]:
    """Returns everything that a schema consists of, by kind and name."""
    connection = await asyncpg.connect(url)
    try:
        return {(row["kind"], row["name"]): row["what"] for row in await connection.fetch(CATALOGUE)}
    finally:
        await connection.close()


async def test_the_schema_files_equal_the_migrations(database_url: str, empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        for service in KEEPERS:
            await ensure_role(connection, service.role, ROLE_PASSWORD)
        for service in KEEPERS:
            async with connection.transaction():
                await connection.execute((PACKAGES[service.module] / "sql" / "schema.sql").read_text())
    finally:
        await connection.close()
    migrated, written = await catalogue(database_url), await catalogue(empty_database_url)
    assert len(migrated) > 300
    assert {name: what for name, what in migrated.items() if written.get(name) != what} == {}
    assert written.keys() - migrated.keys() == set()


@pytest.mark.parametrize("service", KEEPERS, ids=lambda each: each.name)
def test_the_schema_file_travels_with_the_package(service: Service) -> None:
    assert (PACKAGES[service.module] / "sql" / "schema.sql").is_file()
