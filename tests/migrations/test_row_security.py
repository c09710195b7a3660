"""Every table and partition with a tenant column has forced row-level security."""

import re

import asyncpg
import pytest

TENANT_TABLES = """
SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('ingest', 'neural', 'experiments', 'voice') AND c.relkind IN ('r', 'p')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
"""
ROLES = {
    "radiant_ingest",
    "radiant_neural",
    "radiant_experiments",
    "radiant_voice",
    "radiant_learner",
    "radiant_experimenter",
    "radiant_listener",
    "radiant_owner",
}
WITHOUT_TENANT = {
    "ingest.digest_keys": "keys of digests, the same for all tenants; a function returns them to ingest and neural",
    "neural.runs": "start and end of nightly runs; only the learner role reads it",
    "neural.rebuild_slices": "completed slices of a rebuild; only the learner role reads it",
    "neural.score_versions": "names and states of versions of all scores",
    "neural.global_model_scores": "exact global sums of earlier releases; empty",
    "neural.global_publications": "published global scores, with noise",
    "neural.noise_keys": "secret from which the noise is computed; only the learner role reads it",
}
"""Tables without row-level security, each with the reason."""


async def test_tenant_tables_force_row_security(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch(TENANT_TABLES)
    finally:
        await connection.close()
    assert len(tables) > 20
    assert [row["name"] for row in tables if not (row["forced"] and row["has_policy"])] == []


async def test_tables_without_tenant_are_listed(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        names = await connection.fetch(
            "SELECT schemaname || '.' || tablename AS name FROM pg_tables t"
            " WHERE schemaname IN ('ingest', 'neural', 'experiments', 'voice')"
            " AND NOT EXISTS (SELECT FROM information_schema.columns c WHERE c.table_schema = t.schemaname"
            " AND c.table_name = t.tablename AND c.column_name = 'tenant_id')"
        )
    finally:
        await connection.close()
    assert {name for (name,) in names if not re.search(r"_v\d+$", name)} == WITHOUT_TENANT.keys()


async def test_service_roles_cannot_bypass_row_security(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        roles = await connection.fetch(
            "SELECT rolname, rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname LIKE 'radiant\\_%'"
        )
        owners = await connection.fetch(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('ingest', 'neural', 'experiments', 'voice')"
        )
    finally:
        await connection.close()
    names = {row["rolname"] for row in roles}
    assert names >= ROLES
    assert [row["rolname"] for row in roles if row["above"]] == []
    assert [row["tableowner"] for row in owners] == ["radiant_owner"]


@pytest.mark.parametrize("role", ["radiant_ingest", "radiant_neural"])
async def test_sql_of_a_service_role_returns_rows_of_one_tenant(database_url: str, role: str) -> None:
    connection = await asyncpg.connect(database_url)
    seed = (
        "INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment,"
        " source, user_agent, client_time, request_id)"
        " SELECT t, 'o', 'u', 1, '{}', '', 'api', '', now(), gen_random_uuid() FROM unnest($1::text[]) AS t"
    )
    view = "SELECT tenant_id FROM ingest_api_v1.explicit_feedback"
    try:
        await connection.execute(seed, ["acme", "globex"])
        await connection.execute(f"SET SESSION AUTHORIZATION {role}")
        assert await connection.fetch(view) == []
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.current_tenant_id', 'acme', true)")
            assert [row["tenant_id"] for row in await connection.fetch(view)] == ["acme"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT * FROM neural.score_versions FOR UPDATE")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SET ROLE radiant_owner")
    finally:
        await connection.close()
