"""Feedback whose output has no manifest: lists, counts and limits it, and matches it to an output."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from ingest.privacy.retention import ARCHIVIST
from kit.errors import Exhausted, NotFound, Precondition
from kit.ids import output_id_of
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.idempotency import IdempotencyKey, StoredAnswers
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Gauge

_SQL = load_queries("ingest", "aliases.sql")
_ANSWERS = StoredAnswers("ingest")

INTERVAL = timedelta(seconds=15)
"""Time between two measurements of the metrics."""
TRACE_AGE_MIN, TRACE_AGE_MAX = timedelta(minutes=10), timedelta(days=1)
"""Age of feedback that names a trace at which it is matched. Further outputs of the trace usually arrive earlier."""
COUNT_INTERVAL = timedelta(seconds=5)
"""Time between two counts of a tenant for the limit."""
RETRY_AFTER = timedelta(minutes=1)
COUNTED_MAX = 1_000_000
"""Largest number of unmatched outputs that is counted."""
OUTPUTS = Gauge("radiant_ingest_unmatched_outputs", "Output ids with feedback and without a manifest.")
AGE = Gauge("radiant_ingest_unmatched_age_seconds", "Age of the oldest feedback without a manifest.")


@dataclass(frozen=True, slots=True)
class UnmatchedPage:
    """Rows of a page, and the number of all unmatched outputs."""

    rows: Sequence[asyncpg.Record]
    total: int


class UnmatchedFeedback:
    """Lists and matches the unmatched feedback of tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, tenant: str, after: tuple[datetime, str], limit: int) -> UnmatchedPage:
        """Returns the unmatched outputs after a position, oldest first."""
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["list_unmatched"], tenant, *after, limit)
            total = await connection.fetchval(_SQL["count_unmatched"], tenant, COUNTED_MAX)
        return UnmatchedPage(list(rows), total)

    async def match(self, key: IdempotencyKey, name: str, output_id: str, actor: str, answer: bytes) -> bytes:
        """States that feedback under a name belongs to an output, and returns `answer`.

        Raises NotFound (OUTPUT_UNKNOWN), or Precondition (OUTPUT_RECORDED) if the name is that of a recorded output.
        """
        tenant, alias = key.tenant_id, output_id_of(name)

        async def change() -> bytes:
            if not await connection.fetchval(_SQL["output_exists"], tenant, output_id):
                raise NotFound(
                    "output_id has no manifest. State the output_id of a recorded output.", reason="OUTPUT_UNKNOWN"
                )
            if await connection.fetchval(_SQL["output_exists"], tenant, alias):
                message = "feedback_output_id has a manifest. State an id that ListUnmatchedFeedback lists."
                raise Precondition(message, reason="OUTPUT_RECORDED")
            await connection.execute(_SQL["match_output"], tenant, alias, output_id)
            entry = AuditEntry(tenant_id=tenant, actor=actor, action="feedback.match", target=output_id)
            await append_audit(connection, entry)
            return answer

        async with self._database.tenant(tenant) as connection:
            return await _ANSWERS.once(connection, key, change)


class UnmatchedLimit:
    """Refuses votes on further outputs without a manifest when a tenant has too many of them."""

    def __init__(self, database: Database, outputs_max: int) -> None:
        """`outputs_max` is the largest number of such outputs of a tenant; 0 for no limit."""
        self._database, self._outputs_max = database, outputs_max
        self._counted: dict[str, tuple[float, bool]] = {}
        """By tenant, the monotonic time of the last count and whether the limit was reached."""

    async def check(self, tenant: str, outputs: Collection[str]) -> None:
        """Raises Exhausted (UNMATCHED_FULL) if the tenant has too many unmatched outputs and one of these is new.

        The number is read every 5 s, so that the limit may be exceeded for this time.
        """
        if not self._outputs_max or not await self._is_full(tenant):
            return
        async with self._database.tenant(tenant) as connection:
            is_new = await connection.fetchval(_SQL["has_new_unmatched"], tenant, list(outputs))
        if is_new:
            message = (
                f"At most {self._outputs_max:,} outputs of a tenant may have feedback and no manifest. "
                "Record their manifests or match the feedback, and retry."
            )
            raise Exhausted(message, RETRY_AFTER, reason="UNMATCHED_FULL")

    async def _is_full(self, tenant: str) -> bool:
        counted_at, is_full = self._counted.get(tenant, (-math.inf, False))
        now = time.monotonic()
        if now - counted_at >= COUNT_INTERVAL.total_seconds():
            async with self._database.tenant(tenant) as connection:
                count = await connection.fetchval(_SQL["count_unmatched"], tenant, self._outputs_max)
            is_full = count >= self._outputs_max
            self._counted[tenant] = now, is_full
        return is_full


async def match_and_measure(database: Database) -> None:
    """Matches feedback that names a trace with one output, and sets the metrics of unmatched feedback of all tenants.

    Safe to run in several processes.
    """
    async with database.as_role(ARCHIVIST) as connection:
        await connection.execute(_SQL["match_traces"], TRACE_AGE_MIN, TRACE_AGE_MAX)
    async with database.as_role(ARCHIVIST) as connection:
        row = await connection.fetchrow(_SQL["unmatched_total"])
    if row is not None:
        OUTPUTS.set(row["outputs"])
        AGE.set(row["age_seconds"])
