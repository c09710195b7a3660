"""Finds jobs that the stream has lost and puts them into it again; a lost Redis costs time and no job."""

from __future__ import annotations

import asyncio
import logging

from voice.jobs.metrics import OLDEST, REQUEUED, WAITING
from voice.jobs.queries import Depths
from voice.jobs.store import Jobs
from voice.jobs.stream import REDIS_LOST, JobStream
from voice.settings import QueueRules

log = logging.getLogger(__name__)

ROUND_MAX = 500
"""Jobs looked at in one round."""
STATUSES = ("pending", "processing")


class Sweeper:
    """Looks every few seconds; safe to run in every process."""

    def __init__(self, jobs: Jobs, depths: Depths, stream: JobStream | None, rules: QueueRules) -> None:
        self._jobs, self._depths, self._stream, self._rules = jobs, depths, stream, rules

    async def run_forever(self) -> None:
        """Sweeps, round after round."""
        while True:
            await self.round()
            await asyncio.sleep(self._rules.sweep.total_seconds())

    async def round(self) -> int:
        """Measures the queue and puts lost jobs back; returns how many."""
        await self._measure()
        if self._stream is None:
            return 0
        try:
            room = self._rules.backlog_max - await self._stream.backlog()
            if room <= 0:
                return 0
            added = await self._stream.add_lost(await self._jobs.due(self._rules.moment, min(room, ROUND_MAX)))
        except REDIS_LOST as problem:
            log.info("the stream does not answer: %s", problem)
            return 0
        if added:
            REQUEUED.inc(added)
            log.info("jobs are put into the stream again", extra={"fields": {"jobs": added}})
        return added

    async def _measure(self) -> None:
        depths = await self._depths.of_all()
        for status in STATUSES:
            WAITING.labels(status).set(depths.counts.get(status, 0))
        OLDEST.set(depths.age.total_seconds() if depths.age else 0)
