"""SQL statements of every service role on every table and view with another tenant's rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.services import SERVICES
from tests.migrations.fixtures.tenant_rows import SCHEMAS, VIEW_SCHEMAS, Relation, filled, relations
from tests.support.attempts import Attempts

OWN, OTHER = "acme", "globex"
CONTEXTS = (OWN, "", None)
"""Tenants of a session: its own, empty as after a pooled transaction, not set."""
_NO_TABLE = (
    asyncpg.FeatureNotSupportedError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.WrongObjectTypeError,
    asyncpg.UndefinedColumnError,
)
LOGINS = [service.role for service in SERVICES if service.role]


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Provides a superuser connection."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


class Attacker:
    """A session with the privileges of a role and a tenant."""

    def __init__(self, admin: asyncpg.Connection, role: str, tenant: str | None, attempts: Attempts) -> None:
        """Uses the superuser connection for transactions with the role."""
        self._admin, self._role, self._tenant, self._attempts = admin, role, tenant, attempts
        self._context = "" if tenant is None else f"SELECT set_config('app.current_tenant_id', '{tenant}', true)"
        self._before: dict[str, list[tuple[object, ...]]] = {}

    async def tries(self, relation: Relation, statement: str) -> None:
        """Executes a statement. Records whether it was refused or left the other tenant's rows unread and unchanged."""
        if relation.name not in self._before:
            self._before[relation.name] = await self._others_rows(relation)
        refused = True
        await self._admin.execute(f"BEGIN; SET LOCAL SESSION AUTHORIZATION {self._role}; {self._context}")
        try:
            seen = await self._admin.fetch(statement)
            await self._admin.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
            unchanged = await self._others_rows(relation) == self._before[relation.name]
            refused = unchanged and not any(row.get("tenant_id") == OTHER for row in seen)
        except asyncpg.InsufficientPrivilegeError:
            pass
        except _NO_TABLE:
            assert relation.kind == "v", "only views may refuse a statement for their kind"
        finally:
            await self._admin.execute("ROLLBACK")
        self._attempts.note(refused, f"{self._role} as {self._tenant!r}: {statement}")

    async def _others_rows(self, relation: Relation) -> list[tuple[object, ...]]:
        """Returns the other tenant's rows in the base tables, read as superuser."""
        query = "SELECT count(*), coalesce(string_agg(t::text, ' '), '') FROM {} t WHERE tenant_id = $1"
        rows = [await self._admin.fetchrow(query.format(base), OTHER) for base in relation.bases]
        return [tuple(row) for row in rows if row is not None]


@pytest.mark.timeout(300)
async def test_statements_of_a_service_do_not_reach_rows_of_another_tenant(admin: asyncpg.Connection) -> None:
    tables = await relations(admin, *SCHEMAS)
    empty = await filled(admin, [each for each in tables if each.kind not in "cv"], OWN, OTHER)
    assert empty == [], "\n".join(empty)
    views = await relations(admin, *VIEW_SCHEMAS)
    attempts = Attempts("sql")
    tables = await relations(admin, *SCHEMAS)  # including the partitions of the version
    assert len(tables) > 40
    assert len(views) >= 10
    for role in LOGINS:
        for tenant in CONTEXTS:
            attacker = Attacker(admin, role, tenant, attempts)
            for each in (*tables, *views):
                await attacker.tries(each, f"SELECT tenant_id FROM {each.name}")
                await attacker.tries(each, f"SELECT tenant_id FROM {each.name} WHERE tenant_id = '{OTHER}' LIMIT 1")
                await attacker.tries(each, each.insert(OTHER) + " RETURNING tenant_id")
                await attacker.tries(each, each.insert(OTHER))
                await attacker.tries(each, f"UPDATE {each.name} SET tenant_id = '{OWN}' WHERE tenant_id = '{OTHER}'")
                await attacker.tries(each, f"UPDATE {each.name} SET tenant_id = '{OTHER}'")
                await attacker.tries(each, f"DELETE FROM {each.name} WHERE tenant_id = '{OTHER}'")
                await attacker.tries(each, f"DELETE FROM {each.name}")
                await attacker.tries(each, f"TRUNCATE {each.name}")
    attempts.save()
    assert attempts.succeeded == []
    assert attempts.made > 5000
    assert all(base in {table.name for table in tables} for view in views for base in view.bases)


@pytest.mark.parametrize(
    ("weakness", "succeeded"),
    [
        ("ALTER TABLE ingest.requests DISABLE ROW LEVEL SECURITY", 3),
        ("CREATE POLICY old ON ingest.requests FOR SELECT USING (created_at < now() - interval '1 day')", 1),
        ("CREATE POLICY old ON ingest.requests FOR UPDATE USING (true)", 1),
    ],
)
async def test_attack_on_weakened_policy_succeeds(admin: asyncpg.Connection, weakness: str, succeeded: int) -> None:
    (table,) = [each for each in await relations(admin, "ingest") if each.name == "ingest.requests"]
    assert (await filled(admin, [table], OWN, OTHER)) == []
    attempts = Attempts("none")
    await admin.execute(weakness)
    attacker = Attacker(admin, "radiant_ingest", OWN, attempts)
    await attacker.tries(table, "SELECT tenant_id FROM ingest.requests")
    await attacker.tries(table, "UPDATE ingest.requests SET method = 'mine'")
    await attacker.tries(table, "DELETE FROM ingest.requests")
    assert len(attempts.succeeded) == succeeded


async def test_purge_of_answers_deletes_expired_rows_of_all_tenants(admin: asyncpg.Connection) -> None:
    for schema in ("ingest", "experiments", "voice"):
        tables = [each for each in await relations(admin, schema) if each.name == f"{schema}.requests"]
        for table in tables:
            for tenant in (OWN, OTHER):
                await admin.execute(table.insert(tenant))
        await admin.execute(
            f"INSERT INTO {schema}.requests (tenant_id, request_id, method, fingerprint, answer)"
            " VALUES ('acme', gen_random_uuid(), 'm', '', '')"
        )
        async with admin.transaction():
            await admin.execute(f"SET LOCAL SESSION AUTHORIZATION radiant_{schema}")
            assert await admin.fetchval(f"SELECT {schema}.purge_answers(NULL)") == 2
        assert await admin.fetchval(f"SELECT count(*) FROM {schema}.requests") == 1, "answers that are not expired stay"
