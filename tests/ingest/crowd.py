"""Many outputs and the feedback on them, put there at once, and what reading them cost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from kit.postgres.pool import Database, PostgresSettings, open_database
from tests.support.servers import url_as

MONTHS_BACK = 5
_FILL = """
INSERT INTO ingest.outputs (tenant_id, output_id, created_at, conversation_id, fingerprint)
SELECT $1, 'o' || n, now() - n * ($3::interval / $2), 'c' || n / 10, '' FROM generate_series(1, $2::int) AS n;
INSERT INTO ingest.execution_manifests (tenant_id, output_id, created_at, user_id, conversation_id, message_id,
  request_type, task_type, domain_mode, input_tokens, models_used, model_versions, orchestration_id,
  orchestration_name, services_used, thermal_states, provider_health, brain_reasoning, was_user_override,
  output_tokens, total_latency_ms, total_cost, was_streamed, steps, decision_id)
SELECT tenant_id, output_id, created_at, 'u' || n % 1000, conversation_id, '', 'chat',
  (ARRAY['chat', 'code'])[1 + n % 2], 'general', 0, ARRAY['m' || n % 7], ARRAY[''], '', '', '{}',
  '{}', '{}', 'because', false, 0, 0, 0.01, false, '[]',
  CASE WHEN n % 2 = 0 THEN 'd' ELSE '' END
FROM (SELECT *, substr(output_id, 2)::int AS n FROM ingest.outputs WHERE tenant_id = $1) AS o;
INSERT INTO ingest.explicit_feedback (tenant_id, output_id, user_id, rating, categories, comment, source, user_agent,
  client_time, request_id)
SELECT $1, 'o' || n, 'u' || n % 1000, n / 5 % 3 - 1, CASE WHEN n % 500 = 0 THEN ARRAY['safety'] ELSE '{}' END,
  CASE WHEN n % 50 = 0 THEN 'word' ELSE '' END, 'api', '', now(), gen_random_uuid()
FROM generate_series(5, $2::int, 5) AS n;
INSERT INTO ingest.implicit_signals (tenant_id, output_id, user_id, signal_id, occurred_at, signal_type, sentiment)
SELECT $1, 'o' || n, 'u' || n % 1000, gen_random_uuid(), now() - n * ($3::interval / $2),
  CASE WHEN n % 999 = 0 THEN 'report_content' ELSE 'copy_response' END, 0.7
FROM generate_series(3, $2::int, 3) AS n;
INSERT INTO ingest.voice_feedback (tenant_id, output_id, user_id, voice_id, created_at, audio_key, audio_format, source,
  status, sentiment)
SELECT $1, 'o' || n, 'u' || n % 1000, gen_random_uuid(), now(), 'k', 'wav', 'api', 'completed', 0.5
FROM generate_series(100, $2::int, 100) AS n
"""
READ = """
SELECT coalesce(sum(t.seq_tup_read), 0)::bigint AS whole, coalesce(sum(i.read), 0)::bigint AS found
FROM pg_stat_user_tables t
LEFT JOIN (SELECT relid, sum(idx_tup_read) AS read FROM pg_stat_user_indexes GROUP BY relid) AS i USING (relid)
WHERE t.schemaname = 'ingest'
"""

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def crowd(database_url: str, tenant: str, outputs: int, over: str = "120 days") -> None:
    """Puts outputs o1 (the newest) and so on there, evenly over the time before now, and feedback on some of them."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SELECT ingest.ensure_partitions($1, 3)", MONTHS_BACK)
        for statement in _FILL.split(";\n"):
            text = statement.replace("$2", str(outputs)).replace("$3", f"'{over}'").replace("$1", f"'{tenant}'")
            await connection.execute(text)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Database]:
    """Opens the database as the service does."""
    settings = PostgresSettings(url=url_as("radiant_ingest", database_url), application_name="test")
    async with open_database(settings) as database:
        yield database


async def rows_read(database_url: str) -> tuple[int, int]:
    """Returns how many rows were read in whole tables and by index, by connections that are closed by now."""
    connection = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(20):
            while await connection.fetchval(OTHERS):  # noqa: ASYNC110 - nobody tells when they are
                await asyncio.sleep(0.02)
        row = await connection.fetchrow(READ)
        assert row is not None
        return row["whole"], row["found"]
    finally:
        await connection.close()
