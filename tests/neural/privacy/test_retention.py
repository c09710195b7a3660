"""Retention of ingest: deleted feedback is removed from the scores, which equal a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ingest.notify.learner import NoLearnerNotifier
from ingest.privacy.retention import Retention, month_of
from ingest.settings import RetentionSettings
from kit.postgres.pool import PostgresSettings, open_database
from tests.neural.fixtures.feedback import TODAY
from tests.neural.fixtures.history import assert_cells_exact
from tests.neural.fixtures.stack import LearningStack
from tests.support.servers import url_as

DAY = 86400
COUNTS = """
SELECT (SELECT count(*) FROM ingest.outputs), (SELECT count(*) FROM ingest.execution_manifests),
  (SELECT count(*) FROM ingest.explicit_feedback), (SELECT count(*) FROM ingest.implicit_signals),
  (SELECT count(*) FROM ingest.voice_feedback), (SELECT count(*) FROM ingest.retractions)
"""


async def delete_expired(stack: LearningStack, feedback: int = 365, signals: int = 90) -> int:
    """Runs the retention of ingest, and returns the number of deleted rows."""
    kept = RetentionSettings(feedback=timedelta(days=feedback), signals=timedelta(days=signals))
    postgres = PostgresSettings(url=url_as("radiant_ingest", stack.database_url), application_name="retention")
    async with open_database(postgres) as database:
        return await Retention(database, kept, NoLearnerNotifier()).run_once()


async def write_feedback(stack: LearningStack, days: int, tenant: str = "acme") -> None:
    """Writes an output that is `days` old, with feedback of all kinds."""
    feedback, output = stack.feedback.for_tenant(tenant), f"{tenant}-{days}"
    await feedback.manifest(output, "m", versions=[f"v{days}"], at=TODAY - timedelta(days=days))
    await feedback.vote(output, 1, "ann", seconds=-days * DAY)
    await feedback.vote(output, -1, "bob", seconds=-days * DAY)
    await feedback.signal(output, "copy_response", "ann", seconds=-days * DAY)
    await feedback.voice(output, 0.5, "cy", seconds=-days * DAY)
    await feedback.retract(output, "bob", seconds=-days * DAY)


async def test_retention_removes_old_feedback_from_scores(stack: LearningStack) -> None:
    for days in (1, 60, 200, 500, 900):
        for tenant in ("acme", "globex"):
            await write_feedback(stack, days, tenant)
    await stack.feedback.vote("acme-900", 1, "late")  # recent feedback on an old output
    await stack.rows("UPDATE ingest.voice_feedback SET audio_key = '' WHERE created_at < now() - interval '90 days'")
    await stack.publish()
    await assert_cells_exact(stack)
    before = await stack.cells()
    rows = await delete_expired(stack)
    assert rows > 0
    assert tuple((await stack.rows(COUNTS))[0]) == (6, 6, 13, 4, 4, 6)
    await stack.publish()
    assert await stack.cells() != before
    await assert_cells_exact(stack)
    cells = await stack.cells()
    assert (await stack.rebuild.run(str(uuid4())))["changed_cells"] == 0
    assert await stack.cells() == cells
    assert await delete_expired(stack) == 0


async def test_retention_deletes_old_outcomes_with_and_without_manifest(stack: LearningStack) -> None:
    for days in (1, 500):
        await write_feedback(stack, days)
    old = datetime.now(UTC) - timedelta(days=500)
    insert = (
        "INSERT INTO ingest.outcomes (tenant_id, output_id, outcome, error_type, error_message, recorded_at)"
        " VALUES ('acme', $1, 'error', '', '', $2)"
    )
    for output in ("acme-1", "acme-500", "absent"):
        await stack.rows(insert, output, old)
    await stack.rows(insert, "awaited", datetime.now(UTC))
    await delete_expired(stack)
    kept = [row["output_id"] for row in await stack.rows("SELECT output_id FROM ingest.outcomes ORDER BY output_id")]
    assert kept == ["acme-1", "awaited"]


async def test_retention_keeps_row_of_existing_recording(stack: LearningStack) -> None:
    await write_feedback(stack, 200)
    await delete_expired(stack)
    assert tuple((await stack.rows(COUNTS))[0]) == (1, 1, 2, 0, 1, 1)


async def test_retention_of_zero_deletes_nothing(stack: LearningStack) -> None:
    await write_feedback(stack, 3000)
    assert await delete_expired(stack, 0, 0) == 0


async def test_retraction_is_kept_while_its_feedback_exists(stack: LearningStack) -> None:
    await write_feedback(stack, 500)
    await stack.feedback.vote("acme-500", 1, "bob", seconds=-1 * DAY)
    await delete_expired(stack)
    assert [row["user_id"] for row in await stack.rows("SELECT user_id FROM ingest.retractions")] == ["bob"]


async def test_retention_drops_empty_partitions(stack: LearningStack) -> None:
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ingest.implicit_signals'::regclass"
    there = await stack.number(months)
    moment = month_of(datetime.now(UTC)) - timedelta(days=1)
    await stack.feedback.signal("o", seconds=(moment - TODAY).total_seconds())
    await delete_expired(stack, signals=1)
    assert await stack.number(months) == there
    await delete_expired(stack, signals=-45)
    assert await stack.number("SELECT count(*) FROM ingest.implicit_signals") == 0
    await stack.rows("VACUUM ingest.implicit_signals")
    await delete_expired(stack, signals=-45)
    assert await stack.number(months) < there
    await stack.feedback.signal("o", seconds=(moment - TODAY).total_seconds())  # is stored in the default partition
