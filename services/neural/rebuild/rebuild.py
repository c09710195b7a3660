"""Rebuild: computes all scores from the raw rows into a new version, which replaces the live version atomically.

A run with the same identifier resumes a rebuild that was interrupted. A run with another identifier replaces it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from kit.errors import DeadlineExceeded, Precondition, Unavailable
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.boards.global_scores import recompute_version
from neural.domain.model import LearningMode, ScoreVersion, UnitKey
from neural.learning.contributions import replace_contributions
from neural.rebuild.builder import VersionBuilder, plan_slices
from neural.settings import LearningSettings
from neural.store.access import LEARNER
from neural.store.bulk import STATEMENT_TIMEOUT_S, configure_bulk_statements, server_time
from neural.store.locks import ExclusiveJob, exclusive, lock_all_shards
from neural.store.versions import create_version, live_and_building

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "rebuild.sql")

CHANGED_UNITS_PER_STEP = 2000
CHANGED_AT_SWAP_MAX = 200
"""Largest number of units left to learn when the learners are stopped for the swap."""
CATCH_UP_STEPS_MAX = 1000

Report = dict[str, Any]


class Rebuild:
    """Runs rebuilds, one at a time over all processes."""

    def __init__(self, database: Database, settings: LearningSettings, on_swapped: Callable[[], None]) -> None:
        """`on_swapped` is called after the swap, when every board has changed."""
        self._database, self._settings, self._on_swapped = database, settings, on_swapped

    async def run(self, run_id: str) -> Report:
        """Rebuilds and returns the report. For a finished run, returns its stored report.

        Raises Precondition (REBUILD_RUNNING) if another rebuild is running, and Unavailable (REBUILD_FAILED) if this
        run failed before. After any error the live version is unchanged. A cancelled run can be resumed.
        """
        async with exclusive(self._database, ExclusiveJob.REBUILD) as is_held:
            if not is_held:
                message = "Another rebuild is running. Retry when it has finished."
                raise Precondition(message, reason="REBUILD_RUNNING")
            report = await self._stored_report(run_id)
            return report if report is not None else await self._build_and_swap(run_id)

    async def _stored_report(self, run_id: str) -> Report | None:
        async with self._database.as_role(LEARNER) as connection:
            row = await connection.fetchrow(_SQL["version_of_run"], run_id)
        if row is None or row["state"] == "building":
            return None
        if row["state"] == "failed":
            message = f"The run failed: {row['error']}. Start a run with another request_id."
            raise Unavailable(message, reason="REBUILD_FAILED")
        report: Report = json.loads(row["report"])
        return report

    async def _build_and_swap(self, run_id: str) -> Report:
        version, started_at = await self._resume(run_id) or await self._start(run_id)
        async with self._mark_failed_on_error(version):
            await VersionBuilder(self._database, version, self._settings.rebuild_workers).fill()
            await self._catch_up(version)
            report = await self._report(version, run_id, started_at)
            await self._swap(version, report)
        self._on_swapped()
        await self._drop_old_versions()
        return report

    async def _resume(self, run_id: str) -> tuple[ScoreVersion, datetime] | None:
        async with self._database.as_role(LEARNER) as connection:
            row = await connection.fetchrow(_SQL["version_of_run"], run_id)
        if row is None or row["state"] != "building":
            return None
        half_life = timedelta(seconds=row["half_life_seconds"])
        version = ScoreVersion(number=row["version"], mode=LearningMode(row["mode"]), half_life=half_life)
        return version, row["started_at"]

    async def _start(self, run_id: str) -> tuple[ScoreVersion, datetime]:
        async with self._database.as_role(LEARNER) as connection:
            await connection.execute(_SQL["fail_builds"], None, "another run replaced it")
            await connection.execute(_SQL["delete_changed"])
        await self._drop_old_versions()
        async with self._database.as_role(LEARNER) as connection:
            # A learner that read "no version is being built" must commit before the version exists.
            await lock_all_shards(connection)
            outputs = await connection.fetchval(_SQL["count_outputs"])
            parameters = self._settings.mode, self._settings.half_life
            version = await create_version(connection, "building", *parameters, run_id, outputs)
            await plan_slices(connection, version, outputs)
            return version, await server_time(connection)

    @contextlib.asynccontextmanager
    async def _mark_failed_on_error(self, version: ScoreVersion) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            with contextlib.suppress(Exception):
                async with self._database.as_role(LEARNER) as connection:
                    message = f"{type(error).__name__}: {error}"[:500]
                    await connection.execute(_SQL["fail_builds"], version.number, message)
            raise

    async def _catch_up(self, version: ScoreVersion) -> None:
        for _ in range(CATCH_UP_STEPS_MAX):
            async with self._database.as_role(LEARNER) as connection:
                if await _learn_changed(connection, version) <= CHANGED_AT_SWAP_MAX:
                    return

    async def _report(self, version: ScoreVersion, run_id: str, started_at: datetime) -> Report:
        """Compares with the live version. Cells learned since the start of the rebuild are left out."""
        async with self._database.as_role(LEARNER) as connection:
            live, _ = await live_and_building(connection)
            await configure_bulk_statements(connection)
            values = live.number, version.number, started_at
            changes = await connection.fetch(_SQL["compare_versions"], *values, timeout=STATEMENT_TIMEOUT_S)
            sizes = await connection.fetchrow(_SQL["count_version"], version.number, timeout=STATEMENT_TIMEOUT_S)
        return report_of(run_id, version, live, started_at, changes, sizes)

    async def _swap(self, version: ScoreVersion, report: Report) -> None:
        async with self._database.as_role(LEARNER) as connection:
            await lock_all_shards(connection)
            while await _learn_changed(connection, version):
                pass
            await recompute_version(connection, version, self._settings)
            report["finished_at"] = datetime.now(UTC).timestamp()
            await connection.execute(_SQL["retire_live"])
            if not await connection.fetchval(_SQL["set_live"], version.number, report["units"], json.dumps(report)):
                message = "Another run replaced this rebuild. Start a run with another request_id."
                raise Unavailable(message, reason="REBUILD_FAILED")
        log.info("rebuild finished", extra={"fields": {"version": version.number, "units": report["units"]}})

    async def _drop_old_versions(self) -> None:
        """Drops the tables of unused versions. A table in use is left for the next rebuild."""
        with contextlib.suppress(Unavailable, DeadlineExceeded):
            async with self._database.as_role(LEARNER) as connection:
                for row in await connection.fetch(_SQL["droppable_versions"]):
                    await connection.execute(_SQL["drop_partitions"], row["version"])


async def _learn_changed(connection: Connection, version: ScoreVersion) -> int:
    rows = await connection.fetch(_SQL["dequeue_changed"], CHANGED_UNITS_PER_STEP)
    await replace_contributions(connection, version, [UnitKey(*row) for row in rows])
    return len(rows)


def report_of(
    run_id: str,
    version: ScoreVersion,
    live: ScoreVersion,
    started_at: datetime,
    changes: Sequence[asyncpg.Record],
    sizes: asyncpg.Record | None,
) -> Report:
    """Returns the report of a rebuild."""
    return {
        "run_id": run_id,
        "table_version": version.number,
        "previous_version": live.number,
        "units": sizes["units"] if sizes else 0,
        "cells": sizes["cells"] if sizes else 0,
        "changed_cells": changes[0]["changed"] if changes else 0,
        "score_change_max": changes[0]["change"] if changes else 0.0,
        "largest_changes": [
            {name: row[name] for name in ("tenant_id", "user_id", "task_type", "domain_mode", "model", "model_version")}
            | {name: row[name] for name in ("before", "after", "before_total", "after_total")}
            for row in changes
        ],
        "started_at": started_at.timestamp(),
        "finished_at": datetime.now(UTC).timestamp(),
    }
