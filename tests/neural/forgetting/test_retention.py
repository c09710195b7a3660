"""What is too old goes from intake and from learning alike: live scores stay those of a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ingest.notify.learner import NoLearnerNotifier
from ingest.privacy.retention import Retention, month_of
from ingest.settings import RetentionSettings
from kit.postgres.pool import PostgresSettings, open_database
from tests.neural.history import exact
from tests.neural.works import Works
from tests.neural.world import TODAY
from tests.support.servers import url_as

DAY = 86400
COUNTS = """
SELECT (SELECT count(*) FROM ingest.outputs), (SELECT count(*) FROM ingest.execution_manifests),
  (SELECT count(*) FROM ingest.explicit_feedback), (SELECT count(*) FROM ingest.implicit_signals),
  (SELECT count(*) FROM ingest.voice_feedback), (SELECT count(*) FROM ingest.retractions)
"""


async def expired(work: Works, feedback: int = 365, signals: int = 90) -> int:
    """Deletes what is due, as intake does."""
    kept = RetentionSettings(feedback=timedelta(days=feedback), signals=timedelta(days=signals))
    postgres = PostgresSettings(url=url_as("radiant_ingest", work.database_url), application_name="archivist")
    async with open_database(postgres) as database:
        return await Retention(database, kept, NoLearnerNotifier()).run_once()


async def said(work: Works, days: int, tenant: str = "acme") -> None:
    """Lets an output of so many days ago be made, and everything be said of it then."""
    world, output = work.world.of(tenant), f"{tenant}-{days}"
    await world.manifest(output, "m", versions=[f"v{days}"], at=TODAY - timedelta(days=days))
    await world.vote(output, 1, "ann", seconds=-days * DAY)
    await world.vote(output, -1, "bob", seconds=-days * DAY)
    await world.signal(output, "copy_response", "ann", seconds=-days * DAY)
    await world.voice(output, 0.5, "cy", seconds=-days * DAY)
    await world.retract(output, "bob", seconds=-days * DAY)


async def test_what_is_too_old_leaves_the_scores_as_well(work: Works) -> None:
    for days in (1, 60, 200, 500, 900):
        for tenant in ("acme", "globex"):
            await said(work, days, tenant)
    await work.world.vote("acme-900", 1, "late")  # a late word on an old output
    await work.rows("UPDATE ingest.voice_feedback SET audio_key = '' WHERE created_at < now() - interval '90 days'")
    await work.publish()
    await exact(work)
    before = await work.cells()
    rows = await expired(work)
    assert rows > 0
    assert tuple((await work.rows(COUNTS))[0]) == (6, 6, 13, 4, 4, 6)
    await work.publish()
    assert await work.cells() != before
    await exact(work)
    cells = await work.cells()
    assert (await work.rebuild.run(str(uuid4())))["changed_cells"] == 0
    assert await work.cells() == cells
    assert await expired(work) == 0


async def test_recordings_go_before_their_rows(work: Works) -> None:
    await said(work, 200)
    await expired(work)
    assert tuple((await work.rows(COUNTS))[0]) == (1, 1, 2, 0, 1, 1)


async def test_zero_keeps_for_ever(work: Works) -> None:
    await said(work, 3000)
    assert await expired(work, 0, 0) == 0


async def test_a_withdrawal_stays_as_long_as_what_it_withdraws(work: Works) -> None:
    await said(work, 500)
    await work.world.vote("acme-500", 1, "bob", seconds=-1 * DAY)
    await expired(work)
    assert [row["user_id"] for row in await work.rows("SELECT user_id FROM ingest.retractions")] == ["bob"]


async def test_months_that_are_empty_are_dropped(work: Works) -> None:
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ingest.implicit_signals'::regclass"
    there = await work.number(months)
    moment = month_of(datetime.now(UTC)) - timedelta(days=1)
    await work.world.signal("o", seconds=(moment - TODAY).total_seconds())
    await expired(work, signals=1)
    assert await work.number(months) == there
    await expired(work, signals=-45)
    assert await work.number("SELECT count(*) FROM ingest.implicit_signals") == 0
    await work.rows("VACUUM ingest.implicit_signals")
    await expired(work, signals=-45)
    assert await work.number(months) < there
    await work.world.signal("o", seconds=(moment - TODAY).total_seconds())  # goes elsewhere
