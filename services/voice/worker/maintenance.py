"""Hourly maintenance: deletes old recordings, old answers of requests, and idle consumers of the stream."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from kit.errors import RadiantError
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from voice.domain.ports import Recordings
from voice.jobs.metrics import DELETED
from voice.jobs.store import LISTENER
from voice.jobs.stream import REDIS_ERRORS, JobStream

log = logging.getLogger(__name__)

_SQL, _JOBS_SQL = load_queries("voice", "voice_feedback.sql"), load_queries("voice", "jobs.sql")

INTERVAL = timedelta(hours=1)
PAGE_ROWS = 200
FIRST_KEY = (datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")
"""Key before the oldest recording."""


async def maintain(database: Database, recordings: Recordings, stream: JobStream | None, retention: timedelta) -> None:
    """Runs all tasks once. A retention of zero keeps recordings. Several processes may run it at the same time."""
    async with database.transaction() as connection:
        await connection.execute(_SQL["purge_answers"])
    if stream is not None:
        try:
            await stream.remove_idle_consumers()
        except REDIS_ERRORS as error:
            log.info("Redis does not answer, idle consumers not removed", extra={"fields": {"error": str(error)}})
    if retention:
        await delete_old_recordings(database, recordings, retention)


async def delete_old_recordings(database: Database, recordings: Recordings, retention: timedelta) -> int:
    """Deletes recordings older than the retention, page by page, and returns their number. Transcripts stay.

    A recording that waits for a worker is kept until it has waited for the retention, since its client may have been
    offline. The file is deleted before its key in the database, so that an interrupted deletion is repeated.
    """
    key, deleted = FIRST_KEY, 0
    while True:
        async with database.as_role(LISTENER) as connection:
            rows = await connection.fetch(_JOBS_SQL["old_recordings"], retention, *key, PAGE_ROWS)
        for tenant, voice_ids in _by_tenant(rows).items():
            deleted += await _delete_of_tenant(database, recordings, retention, tenant, voice_ids)
        if len(rows) < PAGE_ROWS:
            return deleted
        key = (rows[-1]["created_at"], rows[-1]["voice_id"])


def _by_tenant(rows: Sequence[asyncpg.Record]) -> dict[str, list[str]]:
    voice_ids: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        voice_ids[row["tenant_id"]].append(row["voice_id"])
    return voice_ids


async def _delete_of_tenant(
    database: Database, recordings: Recordings, retention: timedelta, tenant: str, voice_ids: Sequence[str]
) -> int:
    async with database.tenant(tenant) as connection:
        rows = await connection.fetch(_JOBS_SQL["deletable_recordings"], tenant, voice_ids, retention)
    deleted = []
    for row in rows:
        try:
            await recordings.delete(row["audio_key"])
        except (RadiantError, ValueError):
            fields = {"tenant": tenant, "voice_id": row["voice_id"]}
            log.warning("deletion of a recording failed", exc_info=True, extra={"fields": fields})
            continue
        deleted.append(row["voice_id"])
    async with database.tenant(tenant) as connection:
        await connection.execute(_JOBS_SQL["clear_audio_keys"], tenant, deleted, retention)
    DELETED.inc(len(deleted))
    return len(deleted)
