"""Stores spans and waiting manifests of traces in PostgreSQL, and records manifests whose waiting time is over."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence

import asyncpg

from ingest.aliases.model_aliases import ModelAliases
from ingest.domain.model import Write
from ingest.settings import TraceSettings
from ingest.traces.inheritance import KnownSpan, TraceSpan, inherited_values
from ingest.writes.group_commit import GroupCommit
from kit.errors import AlreadyExists, Invalid, RadiantError
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

_SQL = load_queries("ingest", "traces.sql")

BATCH_SIZE, PURGE_SIZE = 250, 10_000
REJECTED = Counter(
    "radiant_ingest_waiting_manifests_rejected_total",
    "Waiting manifests that were not recorded, because they differ from a stored one or became invalid.",
)

CompletedWrite = Callable[[str, bytes, Mapping[str, str], int], Write]
"""Returns the write of a serialized manifest: arguments are the tenant, the manifest, inherited values and the time in
microseconds since 1970. Raises Invalid."""


class Traces:
    """Spans and waiting manifests of all tenants."""

    def __init__(
        self,
        database: Database,
        group_commit: GroupCommit,
        model_aliases: ModelAliases,
        settings: TraceSettings,
        completed_write: CompletedWrite,
    ) -> None:
        self._database, self._group_commit, self._model_aliases = database, group_commit, model_aliases
        self._settings, self._completed_write = settings, completed_write

    async def store(self, tenant: str, spans: Sequence[TraceSpan]) -> int:
        """Stores distinct spans and their manifests in one transaction; returns the number of manifests.

        Manifests that need not wait are recorded before the method returns, unless the write queue is full.
        """
        waiting = [each for each in spans if each.manifest is not None]
        async with self._database.tenant(tenant) as connection:
            await connection.execute(
                _SQL["upsert_spans"],
                tenant,
                [each.trace_id for each in spans],
                [each.known.span_id for each in spans],
                [each.known.parent_span_id for each in spans],
                [json.dumps(each.known.context) for each in spans],
                [each.is_output for each in spans],
            )
            if waiting:
                await connection.execute(
                    _SQL["insert_waiting"],
                    tenant,
                    [each.trace_id for each in waiting],
                    [each.known.span_id for each in waiting],
                    [each.manifest for each in waiting],
                    [each.manifest_waits for each in waiting],
                    self._settings.wait.total_seconds(),
                    self._settings.waiting_max,
                )
            if roots := [each.trace_id for each in spans if not each.known.parent_span_id]:
                await connection.execute(_SQL["release_traces"], tenant, roots)
        if roots or waiting:
            with contextlib.suppress(RadiantError):  # the background task records what is left
                await self._release_tenant(tenant)
        return len(waiting)

    async def release(self) -> None:
        """Records the manifests whose waiting time is over, and deletes old spans. Safe to run in several processes."""
        async with self._database.transaction() as connection:
            tenants = [row["tenant_id"] for row in await connection.fetch(_SQL["tenants_with_due_manifests"])]
        for tenant in tenants:
            while await self._release_tenant(tenant) == BATCH_SIZE:
                pass
        async with self._database.transaction() as connection:
            await connection.fetchval(_SQL["purge_spans"], PURGE_SIZE)

    async def _release_tenant(self, tenant: str) -> int:
        """Records up to BATCH_SIZE manifests and then deletes them; returns their number.

        After a crash between the two steps, the second recording is a duplicate.
        """
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["due_manifests"], tenant, BATCH_SIZE)
        for row in rows:
            if not row["contains_output"]:
                await self._record(tenant, row)
        if rows:
            ids = [row["trace_id"] for row in rows], [row["span_id"] for row in rows]
            async with self._database.tenant(tenant) as connection:
                await connection.execute(_SQL["delete_waiting"], tenant, *ids)
        return len(rows)

    async def _record(self, tenant: str, row: asyncpg.Record) -> None:
        spans = [
            KnownSpan(bytes.fromhex(span_id), bytes.fromhex(parent), context)
            for span_id, parent, context in json.loads(row["spans"] or "[]")
        ]
        values = inherited_values(row["span_id"], spans)
        try:
            write = self._completed_write(tenant, row["manifest"], values, time.time_ns() // 1000)
            await self._group_commit.submit(await self._model_aliases.credited(write))
        except (AlreadyExists, Invalid) as error:
            REJECTED.inc()
            fields = {"trace_id": row["trace_id"].hex(), "span_id": row["span_id"].hex(), "error": str(error)}
            log.warning("waiting manifest rejected", extra={"fields": fields})
