"""Migration of the services' former audit tables to the audit log."""

import json

import asyncpg

from cli.services import SERVICES_WITH_SCHEMA
from kit.postgres.migrate import migrate, migrations_of
from kit.postgres.roles import ensure_role
from tests.support.servers import ROLE_PASSWORD

OLD = """
INSERT INTO experiments.audit (tenant_id, experiment_id, actor, action, reason, definition, happened_at)
VALUES ('acme', gen_random_uuid(), 'ann', 'start', 'why', '{"traffic": 1, "forced": {"tester-7": "a"}}', '2025-01-01Z'),
  ('', gen_random_uuid(), 'bob', 'rollout advance', '', NULL, '2025-01-02Z'),
  ('acme', gen_random_uuid(), 'ann', 'update raised traffic', '', NULL, '2025-01-03Z');
INSERT INTO voice.audit (tenant_id, actor, action, voice_ids, reason)
VALUES ('acme', 'cy', 'RetryVoiceFeedback', ARRAY[gen_random_uuid()], 'again');
"""


async def test_entries_of_former_audit_tables_move_to_the_log(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        for service in SERVICES_WITH_SCHEMA:
            await ensure_role(connection, service.role, ROLE_PASSWORD)
        for service in SERVICES_WITH_SCHEMA:
            known = migrations_of(service.module)
            await migrate(connection, service.schema, known[:1] if service.name in ("experiments", "voice") else known)
        await connection.execute(OLD)
        for service in SERVICES_WITH_SCHEMA:
            await migrate(connection, service.schema, migrations_of(service.module))
        rows = await connection.fetch(
            "SELECT tenant_id, sequence, service, actor, action, reason, detail::text AS detail,"
            " happened_at::date::text AS day FROM ingest.audit_log ORDER BY tenant_id, sequence"
        )
        broken = await connection.fetchval(
            "SELECT count(*) FROM ingest.audit_log l LEFT JOIN ingest.audit_log p ON p.tenant_id = l.tenant_id"
            " AND p.sequence = l.sequence - 1 WHERE l.hash <> ingest.audit_hash(coalesce(p.hash, ''), l)"
        )
    finally:
        await connection.close()
    assert [tuple(row)[:6] for row in rows] == [
        ("", 1, "experiments", "bob", "rollout.advance", ""),
        ("acme", 1, "experiments", "ann", "experiment.start", "why"),
        ("acme", 2, "experiments", "ann", "experiment.update", ""),
        ("acme", 3, "voice", "cy", "voice.retry", "again"),
    ]
    assert [row["day"] for row in rows][:3] == ["2025-01-02", "2025-01-01", "2025-01-03"]
    assert json.loads(rows[1]["detail"]) == {"definition": {"traffic": 1}}
    assert broken == 0
