"""A full rebuild: all scores from the raw rows into a new version, then one atomic swap."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from kit.errors import DeadlineExceeded, Precondition, Unavailable
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from neural.learning.apply import Version, replace_contributions
from neural.learning.publisher import recompute_global
from neural.learning.versions import as_learner, create_version, live_and_building
from neural.model import UnitKey
from neural.settings import LearningSettings

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "queries_rebuild.sql")
_LEARNING = load_queries("neural", "queries_learning.sql")
_BOARDS = load_queries("neural", "queries_boards.sql")

OUTPUTS_A_PAGE = 1000
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
        ends it early, the live version stays as it was.
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
        begun = datetime.now(UTC)
        version = await self._begin(run_id)
        async with self._failing(version):
            await self._read_all(version)
            await self._catch_up(version)
            report = await self._swap(version, run_id, begun)
        self._swapped()
        await self._clean_up()
        return report

    async def _begin(self, run_id: str) -> Version:
        async with as_learner(self._database) as connection:
            await connection.execute(_SQL["abandon"])
            await connection.execute(_SQL["forget_changed"])
        await self._clean_up()
        async with as_learner(self._database) as connection:
            # No learner may be between reading "nothing is being built" and its commit.
            await connection.fetch(_LEARNING["all_shards"])
            outputs = await connection.fetchval(_SQL["count_outputs"])
            parameters = self._settings.mode, self._settings.half_life
            return await create_version(connection, "building", *parameters, run_id, outputs)

    @contextlib.asynccontextmanager
    async def _failing(self, version: Version) -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:
            with contextlib.suppress(Exception):
                async with as_learner(self._database) as connection:
                    await connection.execute(_SQL["fail"], version.number, f"{type(error).__name__}: {error}"[:500])
            raise

    async def _read_all(self, version: Version) -> None:
        place = ("", "")
        while True:
            async with as_learner(self._database) as connection:
                rows = await connection.fetch(_SQL["page_of_units"], *place, OUTPUTS_A_PAGE)
                if not rows:
                    return
                units = [UnitKey(*row) for row in rows if row["user_id"] is not None]
                await replace_contributions(connection, version, units)
                await connection.execute(_SQL["progress"], version.number, len({row["output_id"] for row in rows}))
            place = rows[-1]["tenant_id"], rows[-1]["output_id"]

    async def _catch_up(self, version: Version) -> None:
        for _ in range(CATCH_UP_ROUNDS_MAX):
            async with as_learner(self._database) as connection:
                if await _learn_changed(connection, version) <= CHANGED_AT_SWAP_MAX:
                    return

    async def _swap(self, version: Version, run_id: str, begun: datetime) -> Report:
        async with as_learner(self._database) as connection:
            await connection.fetch(_LEARNING["all_shards"])
            while await _learn_changed(connection, version):
                pass
            contexts = await connection.fetch(_BOARDS["all_contexts"], version.number)
            await recompute_global(
                connection, version.number, {(row["task_type"], row["domain_mode"]) for row in contexts}, self._settings
            )
            live, _ = await live_and_building(connection)
            report = await _report(connection, live, version, run_id, begun)
            await connection.execute(_SQL["retire"])
            if not await connection.fetchval(_SQL["go_live"], version.number, report["units"], json.dumps(report)):
                raise Unavailable("Another process gave the rebuild up.", reason="REBUILD_FAILED")
        log.info("rebuilt", extra={"fields": {"version": version.number, "units": report["units"]}})
        return report

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


async def _report(connection: Connection, live: Version, version: Version, run_id: str, begun: datetime) -> Report:
    sizes = await connection.fetchrow(_SQL["count_version"], version.number)
    assert sizes is not None  # noqa: S101 - a row of two sums
    changes = await connection.fetch(_SQL["compare"], live.number, version.number)
    return {
        "run_id": run_id,
        "table_version": version.number,
        "previous_version": live.number,
        "units": sizes["units"],
        "cells": sizes["cells"],
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
