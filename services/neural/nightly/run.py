"""Nightly run: executes each step once, in order. A run whose process stopped is resumed after its last step."""

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
from neural.nightly.steps import delete_old_rows, fit_priors, report_drift, update_trust
from neural.rebuild.rebuild import Rebuild
from neural.settings import LearningSettings
from neural.store.access import LEARNER
from neural.store.locks import ExclusiveJob, exclusive
from neural.trust.rounds import TrustRounds

log = logging.getLogger(__name__)

_SQL = load_queries("neural", "nightly.sql")

POLL_INTERVAL = timedelta(seconds=30)
ALL_TENANTS = ""
"""Tenant of audit entries for operations on all tenants."""

Report = dict[str, Any]
Step = Callable[[], Awaitable[Report]]


class NightlyRuns:
    """Executes nightly runs, one at a time over all processes."""

    def __init__(
        self, database: Database, settings: LearningSettings, rebuild: Rebuild, trust_rounds: TrustRounds
    ) -> None:
        self._database, self._settings, self._rebuild = database, settings, rebuild
        self._trust_rounds = trust_rounds
        self._running: set[asyncio.Task[Report]] = set()

    async def run(self, run_id: str, actor: str = "") -> Report:
        """Executes a run and returns its report. For a finished run, returns its stored report.

        The run continues if the caller is cancelled. A new run with an `actor` is recorded in the audit log; scheduled
        runs have no actor. Raises Precondition (REBUILD_RUNNING) if another run is in progress, and Unavailable
        (REBUILD_FAILED) if this run failed before.
        """
        task = asyncio.create_task(self._run(run_id, actor))
        self._running.add(task)
        task.add_done_callback(self._remove_task)
        return await asyncio.shield(task)

    def _remove_task(self, task: asyncio.Task[Report]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # marks the exception as retrieved; the caller of run() receives it

    async def close(self) -> None:
        """Cancels runs of this process. They can be resumed."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def run_scheduled(self) -> None:
        """Executes what is due now. Does nothing while another run is in progress or the database is unavailable."""
        with contextlib.suppress(Precondition, Unavailable):
            await self.run_if_due(datetime.now(UTC))

    async def run_if_due(self, now: datetime) -> Report | None:
        """Executes an unfinished run or, if it is due, the run of the night. Returns None if there is neither."""
        async with self._database.as_role(LEARNER) as connection:
            unfinished = await connection.fetchval(_SQL["unfinished_run"])
            last_start = await connection.fetchval(_SQL["last_start"])
        if unfinished is not None:
            return await self.run(unfinished)
        hour = self._settings.nightly_hour
        if hour < 0 or last_start >= last_scheduled_time(now, hour):
            return None
        return await self.run(str(uuid4()))

    async def _run(self, run_id: str, actor: str) -> Report:
        async with self._exclusive():
            async with self._database.as_role(LEARNER) as connection:
                row = await connection.fetchrow(_SQL["run"], run_id)
                if row is not None and row["state"] == "succeeded":
                    report: Report = json.loads(row["report"])
                    return report
                if row is not None and row["state"] == "failed":
                    message = f"The run failed: {row['error']}. Start a run with another request_id."
                    raise Unavailable(message, reason="REBUILD_FAILED")
                await connection.execute(_SQL["fail_other_runs"], run_id)
                await connection.execute(_SQL["begin_run"], run_id)
                if actor and row is None:
                    entry = AuditEntry(tenant_id=ALL_TENANTS, actor=actor, action="learning.run", target=run_id)
                    await append_audit(connection, entry)
            try:
                return await self._execute_steps(run_id, set(row["done"]) if row is not None else set())
            except Exception as error:
                log.exception("nightly run failed")
                with contextlib.suppress(Exception):
                    await self._update("end_run", run_id, f"{type(error).__name__}: {error}"[:500])
                raise

    async def _execute_steps(self, run_id: str, done: set[str]) -> Report:
        for name, step in self._steps(run_id).items():
            if name in done:
                continue
            await self._update("begin_step", run_id, name)
            report_part = await step()
            await self._update("end_step", run_id, name, json.dumps(report_part))
        await self._update("end_run", run_id, "")
        async with self._database.as_role(LEARNER) as connection:
            row = await connection.fetchrow(_SQL["run"], run_id)
        if row is None or row["state"] != "succeeded":
            message = "Another run replaced this run. Start a run with another request_id."
            raise Unavailable(message, reason="REBUILD_FAILED")
        report: Report = json.loads(row["report"])
        return report

    def _steps(self, run_id: str) -> Mapping[str, Step]:
        """Returns the steps in order. The rebuild uses the new trust, and the later steps use the new scores."""
        return {
            "trust": lambda: update_trust(self._trust_rounds),
            "rebuild": lambda: self._rebuild.run(run_id),
            "priors": lambda: fit_priors(self._database, self._settings.global_tenants_min),
            "drift": lambda: report_drift(self._database),
            "expiry": lambda: delete_old_rows(self._database, self._settings.decision_retention),
        }

    @contextlib.asynccontextmanager
    async def _exclusive(self) -> AsyncIterator[None]:
        async with exclusive(self._database, ExclusiveJob.NIGHTLY_RUN) as is_held:
            if not is_held:
                message = "Another nightly run is in progress. Retry when it has finished."
                raise Precondition(message, reason="REBUILD_RUNNING")
            yield

    async def _update(self, query: str, *values: object) -> None:
        async with self._database.as_role(LEARNER) as connection:
            await connection.execute(_SQL[query], *values)


def last_scheduled_time(now: datetime, hour: int) -> datetime:
    """Returns the latest time up to `now` at which the given hour of UTC began."""
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
