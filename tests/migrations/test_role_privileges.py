"""Privileges of the services' roles: their own tables and published views of other services."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.services import SERVICES, Service

OWNERS = [service for service in SERVICES if service.role]
LOGINS = {service.role: service for service in OWNERS}
WORKERS = {
    "radiant_learner": ("radiant_neural", "learns from all tenants' feedback"),
    "radiant_experimenter": ("radiant_experiments", "measures operators' experiments over all tenants"),
    "radiant_listener": ("radiant_voice", "finds waiting recordings of all tenants"),
    "radiant_archivist": ("radiant_ingest", "removes expired rows of all tenants"),
}
"""Roles with access to all tenants: login role and purpose. They cannot log in and require SET ROLE."""

ACROSS = {
    "radiant_learner": {"ingest_api_v1", "experiments_api_v1", "neural"},
    "radiant_experimenter": {"ingest_api_v1", "neural_api_v1", "experiments", "experiments_api_v1"},
    "radiant_listener": {"ingest_api_v1"},
    "radiant_archivist": {"ingest"},
}
"""Schemas that the worker roles may use."""

PUBLISHED = ("ingest_api_v1", "neural_api_v1", "experiments_api_v1")

_RIGHTS = """
SELECT n.nspname AS schema, c.relname AS name, p.privilege
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND CASE WHEN p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
      THEN has_any_column_privilege($1, c.oid, p.privilege) ELSE has_table_privilege($1, c.oid, p.privilege) END
"""
_OWNED = """
SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid AND d.refclassid = 'pg_authid'::regclass
WHERE d.deptype = 'o' AND r.rolname = $1
"""
_MEMBERS = """
SELECT r.rolname AS member, g.rolname AS of, m.inherit_option AS inherits, m.admin_option AS admin
FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname LIKE 'radiant\\_%'
"""
_DEFINERS = """
SELECT n.nspname || '.' || p.proname AS name, p.proconfig::text AS config,
  has_function_privilege('public', p.oid, 'EXECUTE') AS anybody
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname !~ '^pg_'
"""
_CREATES = """
SELECT n.nspname FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND has_schema_privilege($1, n.oid, 'CREATE')
"""


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a superuser connection."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("role", [*LOGINS, *WORKERS, "radiant_owner"])
async def test_role_has_no_superuser_attributes(admin: asyncpg.Connection, role: str) -> None:
    row = await admin.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", role)
    assert row is not None
    above = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert [name for name in above if row[name]] == []
    assert row["rolcanlogin"] is (role in LOGINS)
    assert row["rolinherit"] is (role not in LOGINS), "login roles require SET ROLE for their worker role"


@pytest.mark.parametrize("role", [*LOGINS, *WORKERS])
async def test_role_owns_no_objects_and_cannot_create(admin: asyncpg.Connection, role: str) -> None:
    assert await admin.fetchval(_OWNED, role) == 0
    assert await admin.fetch(_CREATES, role) == []


async def test_service_role_is_member_of_its_worker_role_only(admin: asyncpg.Connection) -> None:
    members = {(row["member"], row["of"], row["inherits"], row["admin"]) for row in await admin.fetch(_MEMBERS)}
    assert members == {(login, worker, False, False) for worker, (login, _) in WORKERS.items()}


@pytest.mark.parametrize("service", OWNERS, ids=lambda each: each.name)
async def test_service_role_has_privileges_on_own_and_published_tables_only(
    admin: asyncpg.Connection, service: Service
) -> None:
    rights = await admin.fetch(_RIGHTS, service.role)
    elsewhere = {f"{row['schema']}.{row['name']}" for row in rights} - {
        f"{row['schema']}.{row['name']}" for row in rights if row["schema"] in (service.schema, *PUBLISHED)
    }
    assert elsewhere == set()
    written = {
        (f"{row['schema']}.{row['name']}", row["privilege"])
        for row in rights
        if row["schema"] in PUBLISHED and row["privilege"] != "SELECT"
    }
    granted = {
        "voice": {("ingest_api_v1.learn_queue", "INSERT"), ("ingest_api_v1.voice_jobs", "UPDATE")},
    }
    assert written == granted.get(service.name, set())
    assert [row for row in rights if row["privilege"] in ("TRUNCATE", "REFERENCES", "TRIGGER")] == []


@pytest.mark.parametrize("role", WORKERS)
async def test_worker_role_has_privileges_in_its_schemas_only(admin: asyncpg.Connection, role: str) -> None:
    rights = await admin.fetch(_RIGHTS, role)
    assert {row["schema"] for row in rights} <= ACROSS[role]
    assert [row for row in rights if row["privilege"] in ("TRUNCATE", "REFERENCES", "TRIGGER")] == []


async def test_security_definer_functions_have_search_path_and_no_public_execute(admin: asyncpg.Connection) -> None:
    functions = await admin.fetch(_DEFINERS)
    assert len(functions) >= 10
    assert [row["name"] for row in functions if row["anybody"]] == []
    assert [row["name"] for row in functions if "search_path=pg_catalog" not in (row["config"] or "")] == []
