"""Looks: what the analysis of an experiment said over time, by the tenant whose results they are.

A look is taken hourly while an experiment runs, when somebody asks for its results, and when it completes. However
many replicas there are, one takes it: an advisory lock guards the check that none is there with the insert.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from experiments.api.convert import results
from experiments.api.convert.definitions import timestamp
from experiments.api.convert.interim import look_of
from experiments.results.outcomes import Gathered, gather
from experiments.rollout.store import analysis_of
from experiments.store.experiments import Experiments, Kept
from experiments.store.idempotency import as_experimenter, owned
from kit.errors import RadiantError
from kit.postgres.pool import Connection, Database
from kit.postgres.queries import load_queries
from radiant.experiments.v1 import analysis_pb2
from splits.assignment import expected_shares
from splits.model import Experiment, State

log = logging.getLogger(__name__)

_SQL = load_queries("experiments", "interim.sql")

EVERY = timedelta(hours=1)
"""How often the worker looks."""
WHEN_ASKED = timedelta(minutes=10)
"""How old the last look is before a reader's is kept, too."""
ROUND = timedelta(minutes=1)
LOOKS_MAX = 2000
BYTES_MAX = 3_000_000
"""Of a history, so that an answer fits into a message."""
PAGE = 100
FIRST_ID = "00000000-0000-0000-0000-000000000000"


async def analysed(kept: Kept, gathered: Gathered, epochs: Sequence[Experiment]) -> analysis_pb2.Results:
    """Returns the results as GetResults answers them: of a completed experiment as of its end."""
    experiment = kept.experiment
    shares = {each.epoch: expected_shares(each) for each in epochs}
    moment = _ended(kept) or datetime.now(UTC)
    analysis = await asyncio.to_thread(analysis_of, experiment, gathered, moment, shares)
    return results.results(experiment, gathered, analysis, moment)


def _ended(kept: Kept) -> datetime | None:
    return kept.ended_at if kept.experiment.state is State.COMPLETED else None


class Looks:
    """Takes looks and remembers them. A reader is a tenant, or EVERY_TENANT for operators."""

    def __init__(self, database: Database, experiments: Experiments) -> None:
        self._database, self._experiments = database, experiments

    async def take(self, reader: str, experiment_id: str) -> bool:
        """Looks unless that was done within the hour, or since the experiment completed; tells whether it did.

        Raises NotFound when the experiment does not concern the reader.
        """
        kept = await self._experiments.get(reader, experiment_id)
        epochs = await self._experiments.epochs(kept.experiment)
        async with owned(self._database, reader) as connection:
            if not await _due(connection, reader, kept, EVERY):
                return False
            found = await analysed(kept, await gather(connection, kept.experiment), epochs)
            await _keep(connection, reader, kept, found)
        return True

    async def take_last(self, reader: str, experiment_id: str) -> None:
        """Looks at a completed experiment; where that fails now, the worker does it later."""
        try:
            await self.take(reader, experiment_id)
        except RadiantError:
            log.warning("a last look is left to the worker", exc_info=True, extra={"fields": {"id": experiment_id}})

    async def note(self, reader: str, kept: Kept, found: analysis_pb2.Results) -> None:
        """Keeps results that a reader got while the experiment runs, unless there is a look of the last minutes.

        A look that cannot be kept is lost; the reader gets the answer all the same.
        """
        if kept.experiment.state is not State.RUNNING:
            return
        try:
            async with owned(self._database, reader) as connection:
                if await _due(connection, reader, kept, WHEN_ASKED):
                    await _keep(connection, reader, kept, found)
        except Exception:  # whatever it is, the reader has asked for results and not for a look
            log.warning("a look is lost", exc_info=True, extra={"fields": {"id": kept.experiment.experiment_id}})

    async def history(self, reader: str, experiment_id: str) -> list[analysis_pb2.ResultLook]:
        """Returns the latest looks, oldest first; evenly spaced ones where all of them would be too large."""
        async with owned(self._database, reader) as connection:
            rows = await connection.fetch(_SQL["looks"], reader, experiment_id, LOOKS_MAX)
        step = 1 + sum(len(row["comparisons"]) for row in rows) // BYTES_MAX
        looks = []
        for row in rows[::step]:
            look = analysis_pb2.ResultLook.FromString(row["comparisons"])
            look.take_time.CopyFrom(timestamp(row["taken_at"]))
            looks.append(look)
        return looks[::-1]

    async def run_forever(self) -> None:
        """Takes what is due, round after round."""
        while True:
            await self.round()
            await asyncio.sleep(ROUND.total_seconds())

    async def round(self) -> int:
        """Takes every look that is due and tells how many; one that fails does not keep the others."""
        place, taken = ("", FIRST_ID), 0
        while True:
            async with as_experimenter(self._database) as connection:
                rows = await connection.fetch(_SQL["due_looks"], EVERY.total_seconds(), *place, PAGE)
            for row in rows:
                place = (row["reader"], row["experiment_id"])
                try:
                    taken += await self.take(*place)
                except RadiantError:
                    log.warning("a look could not be taken", exc_info=True, extra={"fields": {"look": place}})
                except Exception:
                    log.exception("a look cannot be taken", extra={"fields": {"look": place}})
            if len(rows) < PAGE:
                return taken

    async def thin(self) -> None:
        """Lets old looks go but for some of each day; safe to run in several processes."""
        async with as_experimenter(self._database) as connection:
            await connection.execute(_SQL["thin_looks"])


async def _due(connection: Connection, reader: str, kept: Kept, every: timedelta) -> bool:
    """Tells whether a look is due that nobody else takes until the transaction ends."""
    place = (reader, kept.experiment.experiment_id)
    if not await connection.fetchval(_SQL["lock_looks"], *place):
        return False
    due: bool = await connection.fetchval(_SQL["look_is_due"], *place, _ended(kept), every.total_seconds())
    return due


async def _keep(connection: Connection, reader: str, kept: Kept, found: analysis_pb2.Results) -> None:
    look = look_of(kept.experiment, found)
    await connection.execute(
        _SQL["keep_look"], reader, kept.experiment.experiment_id, look.SerializeToString(deterministic=True)
    )
