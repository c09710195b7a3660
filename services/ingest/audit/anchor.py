"""Writes a signed checkpoint of each audit log that changed, to the object store and to the log of the process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import asyncpg

from ingest.audit.checkpoints import Checkpoint, CheckpointError, CheckpointStore, invalid_checkpoint_text
from kit.errors import NotFound
from kit.poll import Periodic, periodically
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter, Gauge

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "audit.sql")

WRITTEN = Counter("radiant_ingest_audit_checkpoints_total", "Checkpoints of audit logs that were written.")
DIVERGED = Gauge(
    "radiant_ingest_audit_logs_diverged", "Audit logs that differed from their checkpoints since the start."
)
SEARCHED_MAX = 20
"""Newest checkpoints that are searched for a valid one."""


class AuditAnchor:
    """Writes checkpoints. Safe to run in several processes: one at a time handles a tenant."""

    def __init__(self, database: Database, store: CheckpointStore, interval: timedelta) -> None:
        """`interval` is the time between two checks for changed logs."""
        self._database, self._store, self._interval = database, store, interval
        self._newest: dict[str, Checkpoint] = {}
        """Last known checkpoint by tenant."""
        self._reported: dict[str, set[str]] = {}
        """Differences between logs and checkpoints that were logged, by tenant."""

    def running(self) -> AbstractAsyncContextManager[Periodic]:
        """Returns the background task."""
        return periodically("audit-checkpoints", self.run_once, self._interval)

    def newest(self, tenant: str) -> Checkpoint | None:
        """Returns the last checkpoint that this process wrote or read."""
        return self._newest.get(tenant)

    async def run_once(self) -> int:
        """Writes a checkpoint of each log whose end changed, and returns their number. Raises Unavailable.

        A log that does not continue its last checkpoint gets none: it was replaced, and a new checkpoint would confirm
        the replacement. It is logged once as an error.
        """
        async with self._database.transaction() as connection:
            ends = {row["tenant_id"]: row for row in await connection.fetch(_SQL["audit_log_ends"])}
        for tenant, checkpoint in self._newest.items():
            if tenant not in ends:
                self._report(tenant, f"The log was deleted after checkpoint {checkpoint.number}.")
        written = 0
        for tenant, end in ends.items():
            known = self._newest.get(tenant)
            if known is None or (known.sequence, known.hash) != (end["sequence"], end["hash"].hex()):
                written += await self._anchor(tenant)
        DIVERGED.set(len(self._reported))
        return written

    async def _anchor(self, tenant: str) -> bool:
        """Writes a checkpoint of a tenant's log if it continues the last one. Returns whether it was written."""
        async with self._database.tenant(tenant) as connection:
            if not await connection.fetchval(_SQL["lock_checkpoints"], tenant):
                return False  # another process writes it
            numbers = await self._store.numbers(tenant)
            last = await self._last(tenant, numbers)
            end = await connection.fetchrow(_SQL["audit_end"], tenant)
            if end is None or (last is None and numbers):
                return False
            if last is not None:
                self._newest[tenant] = last
                rows = await connection.fetch(_SQL["audit_hashes"], tenant, [last.sequence])
                if [row["hash"].hex() for row in rows] != [last.hash]:
                    self._report(tenant, f"The log does not contain the last entry of checkpoint {last.number}.")
                    return False
                if last.sequence == end["sequence"]:
                    return False
            number = max([0, *numbers, last.number if last is not None else 0]) + 1
            await self._write(tenant, end, last, number)
        return True

    async def _last(self, tenant: str, numbers: Sequence[int]) -> Checkpoint | None:
        """Returns the last valid checkpoint, stored or known, or None. Reports missing and invalid ones."""
        known = self._newest.get(tenant)
        if known is not None and known.number not in numbers:
            self._report(tenant, f"Checkpoint {known.number} is missing in the object store.")
        for number in reversed(numbers[-SEARCHED_MAX:]):
            if known is not None and number <= known.number:
                break
            try:
                return await self._store.read(tenant, number)
            except (CheckpointError, NotFound):
                self._report(tenant, invalid_checkpoint_text(number))
        return known

    async def _write(self, tenant: str, end: asyncpg.Record, last: Checkpoint | None, number: int) -> None:
        signed = await self._store.write(
            Checkpoint(
                tenant=tenant,
                number=number,
                sequence=end["sequence"],
                hash=end["hash"].hex(),
                time=datetime.now(UTC).isoformat(timespec="milliseconds"),
                previous=last.digest if last is not None else "",
            )
        )
        self._newest[tenant] = signed
        WRITTEN.inc()
        names = ("tenant", "number", "sequence", "hash", "time", "previous", "public_key", "signature")
        log.info("audit checkpoint", extra={"fields": {name: getattr(signed, name) for name in names}})

    def _report(self, tenant: str, reason: str) -> None:
        """Logs a difference once."""
        reasons = self._reported.setdefault(tenant, set())
        if reason not in reasons:
            reasons.add(reason)
            log.error(
                "audit log does not match its checkpoints", extra={"fields": {"tenant": tenant, "reason": reason}}
            )
