"""Runs the steps of the night in order, each once; a run whose process died is taken up where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from kit.errors import Precondition, Unavailable
from kit.postgres.audit import AuditEntry, append_audit
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from neural.nightly.steps import expire, fit_priors, judge_raters, report_drift
from neural.rebuild.rebuild import Rebuild
from neural.rebuild.versions import as_learner
from neural.settings import LearningSettings
from neural.trust.rounds import Trusting

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "nightly.sql")

LOOK_EVERY = timedelta(seconds=30)
EVERYBODY = ""
"""The log of what is done to all tenants."""

Report = dict[str, Any]
Step = Callable[[], Awaitable[Report]]


class Nightly:
    """The work of the night, one run at a time over all processes."""

    def __init__(self, database: Database, settings: LearningSettings, rebuild: Rebuild, trusting: Trusting) -> None:
        self._database, self._settings, self._rebuild, self._trusting = database, settings, rebuild, trusting
        self._running: set[asyncio.Task[Report]] = set()

    async def run(self, run_id: str, actor: str = "") -> Report:
        """Does a run and returns its report; a repeat of a finished run returns its report.

        An `actor` who asked for it is noted when it begins; the clock asks for nobody.

        The run goes on when the caller stops waiting. Raises Precondition (REBUILD_RUNNING) while another one is under
        way and Unavailable when that run failed; then the live scores are as they were.
        """
        task = asyncio.create_task(self._run(run_id, actor))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Report]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever waited

    async def close(self) -> None:
        """Breaks off what is under way; it can be taken up again."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def run_forever(self) -> None:
        """Begins a run every night, and takes up what a process left behind that died."""
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            with contextlib.suppress(Precondition, Unavailable):
                await self.look(datetime.now(UTC))

    async def look(self, now: datetime) -> Report | None:
        """Does what is due: a run that was left behind, or that of the night; None when nothing is."""
        async with as_learner(self._database) as connection:
            left = await connection.fetchval(_SQL["left_behind"])
            begun = await connection.fetchval(_SQL["last_begun"])
        if left is not None:
            return await self.run(left)
        if self._settings.nightly_hour is None or begun >= last_night(now, self._settings.nightly_hour):
            return None
        return await self.run(str(uuid4()))

    async def _run(self, run_id: str, actor: str) -> Report:
        async with self._alone():
            async with as_learner(self._database) as connection:
                row = await connection.fetchrow(_SQL["run"], run_id)
                if row is not None and row["state"] == "succeeded":
                    report: Report = json.loads(row["report"])
                    return report
                if row is not None and row["state"] == "failed":
                    raise Unavailable(f"That run failed: {row['error']}. Start another.", reason="REBUILD_FAILED")
                await connection.execute(_SQL["give_up_others"], run_id)
                await connection.execute(_SQL["begin_run"], run_id)
                if actor and row is None:
                    entry = AuditEntry(tenant_id=EVERYBODY, actor=actor, action="learning.run", target=run_id)
                    await append_audit(connection, entry)
            try:
                return await self._all(run_id, set(row["done"]) if row is not None else set())
            except Exception as error:
                log.exception("the nightly run failed")
                with contextlib.suppress(Exception):
                    await self._note("end_run", run_id, f"{type(error).__name__}: {error}"[:500])
                raise

    async def _all(self, run_id: str, done: set[str]) -> Report:
        for name, step in self._steps(run_id).items():
            if name in done:
                continue
            await self._note("begin_step", run_id, name)
            part = await step()
            await self._note("end_step", run_id, name, json.dumps(part))
        await self._note("end_run", run_id, "")
        async with as_learner(self._database) as connection:
            row = await connection.fetchrow(_SQL["run"], run_id)
        if row is None or row["state"] != "succeeded":
            raise Unavailable("Another run took its place.", reason="REBUILD_FAILED")
        report: Report = json.loads(row["report"])
        return report

    def _steps(self, run_id: str) -> Mapping[str, Step]:
        """Trust comes first, so that the rebuild applies it; what follows rests on the rebuilt scores."""
        return {
            "trust": lambda: judge_raters(self._trusting),
            "rebuild": lambda: self._rebuild.run(run_id),
            "priors": lambda: fit_priors(self._database, self._settings.global_tenants_min),
            "drift": lambda: report_drift(self._database),
            "expiry": lambda: expire(self._database, self._settings.decisions_kept),
        }

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._database.connection() as holder:
            if not await holder.fetchval(_SQL["try_lock_nightly"]):
                raise Precondition("Another run is under way.", reason="REBUILD_RUNNING")
            try:
                yield
            finally:
                await holder.execute(_SQL["unlock_nightly"])

    async def _note(self, query: str, *values: object) -> None:
        async with as_learner(self._database) as connection:
            await connection.execute(_SQL[query], *values)


def last_night(now: datetime, hour: int) -> datetime:
    """Returns the last moment at which the clock of UTC struck an hour."""
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
