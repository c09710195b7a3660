"""What is done from time to time: old recordings deleted, old answers gone, dead consumers forgotten."""

from __future__ import annotations

import asyncio
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
from voice.jobs.store import as_listener
from voice.jobs.stream import REDIS_LOST, JobStream

log = logging.getLogger(__name__)

_SQL, _JOBS_SQL = load_queries("voice", "voice_feedback.sql"), load_queries("voice", "jobs.sql")

EVERY = timedelta(hours=1)
PAGE = 200
FIRST = (datetime(1970, 1, 1, tzinfo=UTC), "00000000-0000-0000-0000-000000000000")


class Upkeep:
    """Safe to run in several processes."""

    def __init__(
        self, database: Database, recordings: Recordings, stream: JobStream | None, retention: timedelta
    ) -> None:
        """Takes how long recordings are kept; zero keeps them for ever."""
        self._database, self._recordings, self._stream = database, recordings, stream
        self._retention = retention

    async def run_forever(self) -> None:
        """Does everything once an hour."""
        while True:
            await self.round()
            await asyncio.sleep(EVERY.total_seconds())

    async def round(self) -> None:
        """Does everything once."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["purge_answers"])
        if self._stream is not None:
            try:
                await self._stream.tidy()
            except REDIS_LOST as problem:
                log.info("consumers are not tidied up: %s", problem)
        if self._retention:
            await self.delete_old()

    async def delete_old(self) -> int:
        """Deletes recordings that are too old, batch by batch; returns how many. What was heard stays.

        One that waits to be heard is kept until it has been waiting that long: the speaker may have been offline.

        The recording goes first: should the process end between, the row still names it and it is deleted again.
        """
        place, deleted = FIRST, 0
        while True:
            async with as_listener(self._database) as connection:
                rows = await connection.fetch(_JOBS_SQL["old_recordings"], self._retention, *place, PAGE)
            deleted += await self._forget(rows)
            if len(rows) < PAGE:
                return deleted
            place = (rows[-1]["created_at"], rows[-1]["voice_id"])

    async def _forget(self, rows: Sequence[asyncpg.Record]) -> int:
        by_tenant: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            by_tenant[row["tenant_id"]].append(row["voice_id"])
        return sum([await self._forget_of(tenant, names) for tenant, names in by_tenant.items()])

    async def _forget_of(self, tenant: str, names: Sequence[str]) -> int:
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_JOBS_SQL["deletable_recordings"], tenant, names, self._retention)
        gone = []
        for row in rows:
            try:
                await self._recordings.delete(row["audio_key"])
            except (RadiantError, ValueError):
                log.warning("a recording could not be deleted", exc_info=True, extra={"fields": {"tenant": tenant}})
                continue
            gone.append(row["voice_id"])
        async with self._database.tenant(tenant) as connection:
            await connection.execute(_JOBS_SQL["forget_recordings"], tenant, gone, self._retention)
        DELETED.inc(len(gone))
        return len(gone)
