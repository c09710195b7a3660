"""Deletes feedback and outputs after their retention period and queues the affected units for the learner.

Whole months are deleted, so that a row is kept for its retention period and up to one month longer. The first use of
model versions, trust and detected drift belong to the neural service and are kept.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from ingest.domain.ports import LearnerNotifier
from ingest.settings import RetentionSettings
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "retention.sql")
_SESSION = load_queries("ingest", "session.sql")

ARCHIVIST = "radiant_archivist"
"""Database role that may delete old rows of all tenants."""
INTERVAL = timedelta(hours=6)
"""Time between two runs, and before the first one."""
BATCH_SIZE = 5_000
STATEMENT_S_MAX = 600.0
EXPIRED = Counter("radiant_ingest_expired_rows_total", "Rows deleted after their retention period, by step.", ["step"])


class Retention:
    """Deletes old rows, one batch per transaction. Safe to run in several processes and to interrupt."""

    def __init__(self, database: Database, settings: RetentionSettings, learner: LearnerNotifier) -> None:
        self._database, self._settings, self._learner = database, settings, learner

    async def run_once(self) -> int:
        """Deletes all rows that are past their retention period and returns how many it deleted."""
        now = datetime.now(UTC)
        signals, feedback = self._settings.signals, self._settings.feedback
        steps = {
            "expire_signals": (signals, "implicit_signals"),
            "expire_voice": (signals, "voice_feedback"),
            "expire_votes": (feedback, ""),
            "expire_outputs": (feedback, "execution_manifests"),
            "expire_outcomes": (feedback, ""),
            "expire_scores": (feedback, ""),
            "expire_retractions": (feedback, ""),
        }
        rows = 0
        if self._settings.unmatched:
            rows += await self._expire("expire_unmatched", now - self._settings.unmatched, "")
        for step, (period, partitioned_table) in steps.items():
            if period:
                rows += await self._expire(step, month_of(now - period), partitioned_table)
        if rows:
            self._learner.notify()
            log.info("deleted rows past their retention period", extra={"fields": {"rows": rows}})
        return rows

    async def _expire(self, step: str, before: datetime, partitioned_table: str) -> int:
        rows, batch = 0, BATCH_SIZE
        while batch == BATCH_SIZE:
            async with self._database.as_role(ARCHIVIST) as connection:
                await connection.execute(_SESSION["disable_statement_timeout"])
                if not await connection.fetchval(_SQL["lock_retention"]):
                    return rows
                batch = await connection.fetchval(_SQL[step], before, BATCH_SIZE, timeout=STATEMENT_S_MAX)
            rows += batch
            EXPIRED.labels(step).inc(batch)
        if partitioned_table:
            async with self._database.transaction() as connection:
                await connection.execute(_SQL["drop_empty_partitions"], partitioned_table, before)
        return rows


def month_of(moment: datetime) -> datetime:
    """Returns the beginning of the month of a time, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
