"""Whatever names a user can be exported, and goes when the user is forgotten."""

import asyncpg

BESIDE = {
    "ingest.learn_queue": "work under way: what it is about is exported, and it is gone when it is done",
    "ingest.erasures": "the wish to be forgotten; the name in it goes with the last part",
    "neural.publish_queue": "work under way",
    "neural.rebuild_queue": "work under way",
}
"""Tables with a user that are not exported, and why."""
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
