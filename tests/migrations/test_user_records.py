"""Tables with users are part of the export of a user's data."""

import asyncpg

BESIDE = {
    "ingest.learn_queue": "queue; the queued data is exported, and processed rows are deleted",
    "ingest.erasures": "erasure requests; the user ID is removed when the erasure is complete",
    "neural.publish_queue": "queue",
    "neural.rebuild_queue": "queue",
}
"""Tables with users that are not exported, each with the reason."""
NAMED = """
SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('ingest', 'neural', 'experiments', 'voice') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped)
"""


async def test_tables_with_users_are_exported_or_listed(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        named = {row["name"] for row in await connection.fetch(NAMED)}
        views = [
            await connection.fetchval("SELECT pg_get_viewdef(to_regclass($1))", f"{schema}.user_records")
            for schema in ("ingest_api_v1", "neural_api_v1", "experiments_api_v1")
        ]
    finally:
        await connection.close()
    assert len(named) > 12
    exported = {name for name in named if any(f"FROM {name} " in view for view in views)}
    assert named - exported == BESIDE.keys()
