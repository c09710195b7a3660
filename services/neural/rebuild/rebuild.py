"""A full rebuild: all scores from the raw rows into a new version, then one atomic swap.

A rebuild whose process died is taken up where it stopped by whoever runs the same run again; another run gives it up.
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
from neural.boards.publisher import recompute_global
from neural.domain.model import LearningMode, UnitKey
from neural.learning.apply import Version, replace_contributions
from neural.rebuild.building import STATEMENT_SECONDS_MAX, Building, plan
from neural.rebuild.versions import as_learner, create_version, live_and_building
from neural.settings import LearningSettings

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "rebuild.sql")
_LEARNING = load_queries("neural", "learning.sql")
_BOARDS = load_queries("neural", "boards.sql")

CHANGED_A_PAGE = 2000
CHANGED_AT_SWAP_MAX = 200
"""The swap waits until no more than so many units are left to learn again."""
CATCH_UP_ROUNDS_MAX = 1000

Report = dict[str, Any]


class Rebuild:
    """Runs rebuilds, one at a time over all processes."""

    def __init__(self, database: Database, settings: LearningSettings, swapped: Callable[[], None]) -> None:
        """`swapped` is called when every board has changed at once."""
        self._database, self._settings, self._swapped = database, settings, swapped

    async def run(self, run_id: str) -> Report:
        """Rebuilds and returns the report; a repeat of a finished run returns its report.

        Raises Precondition (REBUILD_RUNNING) while another one runs and Unavailable when that run failed. Whatever
        ends it early, the live version stays as it was. Cancelled or killed, it can be taken up again.
        """
        async with self._database.connection() as holder:
            if not await holder.fetchval(_SQL["try_lock_rebuild"]):
                raise Precondition("Another rebuild is running.", reason="REBUILD_RUNNING")
            try:
                done = await self._finished(run_id)
                return done if done is not None else await self._build_and_swap(run_id)
            finally:
                await holder.execute(_SQL["unlock_rebuild"])

    async def _finished(self, run_id: str) -> Report | None:
        async with as_learner(self._database) as connection:
            row = await connection.fetchrow(_SQL["run_by_id"], run_id)
        if row is None or row["state"] == "building":
            return None
        if row["state"] == "failed":
            raise Unavailable(f"That run failed: {row['error']}. Start another.", reason="REBUILD_FAILED")
        report: Report = json.loads(row["report"])
        return report

    async def _build_and_swap(self, run_id: str) -> Report:
        version, begun = await self._begun(run_id) or await self._begin(run_id)
        async with self._failing(version):
            await Building(self._database, version, self._settings.rebuild_workers).fill()
            await self._catch_up(version)
            report = await self._report(version, run_id, begun)
            await self._swap(version, report)
        self._swapped()
        await self._clean_up()
        return report

    async def _begun(self, run_id: str) -> tuple[Version, datetime] | None:
        async with as_learner(self._database) as connection:
            row = await connection.fetchrow(_SQL["building_of"], run_id)
        if row is None:
            return None
        half_life = timedelta(seconds=row["half_life_seconds"])
        return Version(number=row["version"], mode=LearningMode(row["mode"]), half_life=half_life), row["started_at"]

    async def _begin(self, run_id: str) -> tuple[Version, datetime]:
        async with as_learner(self._database) as connection:
            await connection.execute(_SQL["abandon"])
            await connection.execute(_SQL["forget_changed"])
        await self._clean_up()
        async with as_learner(self._database) as connection:
            # No learner may be between reading "nothing is being built" and its commit.
            await connection.fetch(_LEARNING["all_shards"])
            outputs = await connection.fetchval(_SQL["count_outputs"])
            parameters = self._settings.mode, self._settings.half_life
            version = await create_version(connection, "building", *parameters, run_id, outputs)
            await plan(connection, version, outputs)
            return version, await connection.fetchval(_SQL["clock"])

    @contextlib.asynccontextmanager
    async def _failing(self, version: Version) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            with contextlib.suppress(Exception):
                async with as_learner(self._database) as connection:
                    await connection.execute(_SQL["fail"], version.number, f"{type(error).__name__}: {error}"[:500])
            raise

    async def _catch_up(self, version: Version) -> None:
        for _ in range(CATCH_UP_ROUNDS_MAX):
            async with as_learner(self._database) as connection:
                if await _learn_changed(connection, version) <= CHANGED_AT_SWAP_MAX:
                    return

    async def _report(self, version: Version, run_id: str, begun: datetime) -> Report:
        """Compares with the live version, which goes on learning: what it learned since the beginning is left out."""
        async with as_learner(self._database) as connection:
            live, _ = await live_and_building(connection)
            await connection.fetch(_SQL["whole_tables"])
            values = live.number, version.number, begun
            changes = await connection.fetch(_SQL["compare"], *values, timeout=STATEMENT_SECONDS_MAX)
            sizes = await connection.fetchrow(_SQL["count_version"], version.number, timeout=STATEMENT_SECONDS_MAX)
        return report_of(run_id, version, live, begun, changes, sizes)

    async def _swap(self, version: Version, report: Report) -> None:
        async with as_learner(self._database) as connection:
            await connection.fetch(_LEARNING["all_shards"])
            while await _learn_changed(connection, version):
                pass
            contexts = await connection.fetch(_BOARDS["all_contexts"], version.number)
            await recompute_global(
                connection, version.number, {(row["task_type"], row["domain_mode"]) for row in contexts}, self._settings
            )
            report["finished_at"] = datetime.now(UTC).timestamp()
            await connection.execute(_SQL["retire"])
            if not await connection.fetchval(_SQL["go_live"], version.number, report["units"], json.dumps(report)):
                raise Unavailable("Another process gave the rebuild up.", reason="REBUILD_FAILED")
        log.info("rebuilt", extra={"fields": {"version": version.number, "units": report["units"]}})

    async def _clean_up(self) -> None:
        """Drops what nobody reads; a reader that is in the way is left alone until the next rebuild."""
        with contextlib.suppress(Unavailable, DeadlineExceeded):
            async with as_learner(self._database) as connection:
                for row in await connection.fetch(_SQL["droppable"]):
                    await connection.execute(_SQL["drop_partitions"], row["version"])


async def _learn_changed(connection: Connection, version: Version) -> int:
    rows = await connection.fetch(_SQL["take_changed"], CHANGED_A_PAGE)
    await replace_contributions(connection, version, [UnitKey(*row) for row in rows])
    return len(rows)


def report_of(
    run_id: str,
    version: Version,
    live: Version,
    begun: datetime,
    changes: Sequence[asyncpg.Record],
    sizes: asyncpg.Record | None,
) -> Report:
    """Returns what a rebuild tells of itself."""
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
        "started_at": begun.timestamp(),
        "finished_at": datetime.now(UTC).timestamp(),
    }
