"""Facts that are too old: they go, and with them what was learned from them, so that live scores equal a rebuild.

Whole months go, so that a fact is kept for its time and up to a month more. When versions of models were first seen,
trust, and shifts of quality are facts of learning and stay.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from ingest.domain.ports import WakeUp
from ingest.settings import RetentionSettings
from kit.metrics import Counter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "retention.sql")
_AUDIT = load_queries("ingest", "audit.sql")

EVERY = timedelta(hours=6)
BATCH = 5_000
STATEMENT_SECONDS_MAX = 600.0
EXPIRED = Counter("radiant_ingest_expired_rows_total", "Facts deleted because of their age, by step.", ["step"])


class Retention:
    """Deletes old facts, a batch a transaction; safe to run in several processes and to break off."""

    def __init__(self, database: Database, settings: RetentionSettings, wake_up: WakeUp) -> None:
        self._database, self._settings, self._wake_up = database, settings, wake_up

    async def expire_forever(self) -> None:
        """Deletes what is due a few times a day, the first time some hours after the start."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            await self.round(datetime.now(UTC))

    async def round(self, now: datetime) -> int:
        """Deletes all that is due; returns how many rows went."""
        signals, feedback = self._settings.signals, self._settings.feedback
        steps = {
            "expire_signals": (signals, "implicit_signals"),
            "expire_voice": (signals, "voice_feedback"),
            "expire_votes": (feedback, ""),
            "expire_outputs": (feedback, "execution_manifests"),
            "expire_retractions": (feedback, ""),
        }
        rows = 0
        for step, (kept, table) in steps.items():
            if kept:
                rows += await self._expire(step, month_of(now - kept), table)
        if rows:
            self._wake_up.work()
            log.info("old facts are gone", extra={"fields": {"rows": rows}})
        return rows

    async def _expire(self, step: str, before: datetime, table: str) -> int:
        rows, done = 0, BATCH
        while done == BATCH:
            async with self._database.transaction() as connection:
                await connection.execute(_SQL["become_archivist"])
                await connection.execute(_AUDIT["take_time"])
                if not await connection.fetchval(_SQL["lock_retention"]):
                    return rows
                done = await connection.fetchval(_SQL[step], before, BATCH, timeout=STATEMENT_SECONDS_MAX)
            rows += done
            EXPIRED.labels(step).inc(done)
        if table:
            async with self._database.transaction() as connection:
                await connection.execute(_SQL["drop_empty_months"], table, before)
        return rows


def month_of(moment: datetime) -> datetime:
    """Returns when the moment's month began, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
