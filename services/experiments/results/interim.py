"""Interim results: the comparisons of an experiment over time, stored per tenant that reads them.

An interim result is recorded every hour while an experiment runs, when a caller reads its results, and when it
completes. An advisory lock makes the check for an earlier result and the insert one step, so that one of several
replicas records it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from experiments.results.outcomes import read_outcomes
from experiments.results.report import Report, create_report
from experiments.store.experiments import ExperimentStore, StoredExperiment
from experiments.store.transactions import EXPERIMENTER, owner_transaction
from kit.errors import RadiantError
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from splits.model import State

log = logging.getLogger(__name__)

_SQL = load_queries("experiments", "interim.sql")

SCHEDULED_INTERVAL = timedelta(hours=1)
"""Time between the interim results that are recorded in the background."""
READ_INTERVAL = timedelta(minutes=10)
"""Shortest time between interim results that are recorded when a caller reads the results."""
POLL_INTERVAL = timedelta(minutes=1)
"""Time between checks for experiments whose interim result is due."""
HISTORY_RESULTS_MAX = 2000
HISTORY_BYTES_MAX = 3_000_000
"""Largest size of a history, so that the answer fits into a message."""
PAGE_SIZE = 100
_FIRST_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimResult:
    """A stored interim result."""

    recorded_at: datetime
    content: bytes
    """Comparisons in the form that the serializer of InterimResults returned."""


class InterimResults:
    """Records and reads interim results. A reader is a tenant, or EVERY_TENANT for operators."""

    def __init__(self, database: Database, experiments: ExperimentStore, serialize: Callable[[Report], bytes]) -> None:
        """`serialize` returns the stored form of the comparisons of a report."""
        self._database, self._experiments, self._serialize = database, experiments, serialize

    async def record_scheduled(self, reader: str, experiment_id: str) -> bool:
        """Records an interim result if one is due, and returns whether it did.

        It is due when the last one is older than SCHEDULED_INTERVAL, or than the completion of the experiment. Raises
        NotFound when the reader has no access to the experiment.
        """
        stored = await self._experiments.get(reader, experiment_id)
        epochs = await self._experiments.epochs(stored.experiment)
        async with owner_transaction(self._database, reader) as connection:
            if not await _is_due(connection, reader, stored, SCHEDULED_INTERVAL):
                return False
            report = await create_report(stored, await read_outcomes(connection, stored, epochs), epochs)
            await self._insert(connection, reader, report)
        return True

    async def record_final(self, reader: str, experiment_id: str) -> None:
        """Records the final result of a completed experiment; if that fails, the background task does it later."""
        try:
            await self.record_scheduled(reader, experiment_id)
        except RadiantError:
            fields = {"experiment_id": experiment_id}
            log.warning(
                "final interim result failed, left to the background task", exc_info=True, extra={"fields": fields}
            )

    async def record_read(self, reader: str, stored: StoredExperiment, report: Report) -> None:
        """Records a report that a caller has read, if the experiment runs and READ_INTERVAL is over.

        A failure is logged and not raised, because the caller requested only the report.
        """
        if stored.experiment.state is not State.RUNNING:
            return
        try:
            async with owner_transaction(self._database, reader) as connection:
                if await _is_due(connection, reader, stored, READ_INTERVAL):
                    await self._insert(connection, reader, report)
        except Exception:
            fields = {"experiment_id": stored.experiment.experiment_id}
            log.warning("interim result not recorded", exc_info=True, extra={"fields": fields})

    async def history(self, reader: str, experiment_id: str) -> list[InterimResult]:
        """Returns the latest interim results, oldest first; every n-th one if all together are too large."""
        async with owner_transaction(self._database, reader) as connection:
            rows = await connection.fetch(_SQL["interim_results"], reader, experiment_id, HISTORY_RESULTS_MAX)
        step = 1 + sum(len(row["comparisons"]) for row in rows) // HISTORY_BYTES_MAX
        results = [InterimResult(recorded_at=row["taken_at"], content=row["comparisons"]) for row in rows[::step]]
        return results[::-1]

    async def record_all_due(self) -> int:
        """Records every interim result that is due and returns their number. A failure does not stop the others."""
        after, recorded = ("", _FIRST_ID), 0
        while True:
            async with self._database.as_role(EXPERIMENTER) as connection:
                interval_s = SCHEDULED_INTERVAL.total_seconds()
                rows = await connection.fetch(_SQL["due_interim_results"], interval_s, *after, PAGE_SIZE)
            for row in rows:
                after = (row["reader"], row["experiment_id"])
                try:
                    recorded += await self.record_scheduled(*after)
                except Exception as error:
                    fields = {"reader": after[0], "experiment_id": after[1]}
                    level = logging.WARNING if isinstance(error, RadiantError) else logging.ERROR
                    log.log(level, "interim result failed, will be retried", exc_info=True, extra={"fields": fields})
            if len(rows) < PAGE_SIZE:
                return recorded

    async def delete_old(self) -> None:
        """Keeps one result per 6 hours after 14 days, and one per day after 90 days. Can run in several processes."""
        async with self._database.as_role(EXPERIMENTER) as connection:
            await connection.execute(_SQL["delete_old_interim_results"])

    async def _insert(self, connection: Connection, reader: str, report: Report) -> None:
        experiment_id = report.experiment.experiment_id
        await connection.execute(_SQL["insert_interim_result"], reader, experiment_id, self._serialize(report))


async def _is_due(connection: Connection, reader: str, stored: StoredExperiment, interval: timedelta) -> bool:
    """Returns whether an interim result is due, and locks it until the transaction ends; False if it is locked."""
    key = (reader, stored.experiment.experiment_id)
    if not await connection.fetchval(_SQL["lock_interim_results"], *key):
        return False
    is_due: bool = await connection.fetchval(
        _SQL["is_interim_result_due"], *key, stored.completed_at, interval.total_seconds()
    )
    return is_due
