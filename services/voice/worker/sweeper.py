"""Requeues due jobs that are missing from the stream, for example after a loss of Redis."""

from __future__ import annotations

import logging

from voice.jobs.metrics import OLDEST, REQUEUED, WAITING
from voice.jobs.queries import WAITING_STATUSES, QueueDepths
from voice.jobs.store import JobStore
from voice.jobs.stream import REDIS_ERRORS, JobStream
from voice.settings import QueueSettings

log = logging.getLogger(__name__)

JOBS_MAX = 500
"""Jobs requeued in one round."""


async def sweep(jobs: JobStore, depths: QueueDepths, stream: JobStream | None, settings: QueueSettings) -> int:
    """Updates the metrics of the queue and requeues overdue jobs. Returns the number of requeued jobs.

    Several processes may run it at the same time.
    """
    await _measure(depths)
    if stream is None:
        return 0
    try:
        free = settings.backlog_max - await stream.length()
        if free <= 0:
            return 0
        added = await stream.requeue(await jobs.due(settings.overdue, min(free, JOBS_MAX)))
    except REDIS_ERRORS as error:
        log.info("Redis does not answer, no jobs requeued", extra={"fields": {"error": str(error)}})
        return 0
    if added:
        REQUEUED.inc(added)
        log.info("jobs requeued", extra={"fields": {"jobs": added}})
    return added


async def _measure(depths: QueueDepths) -> None:
    depth = await depths.of_all_tenants()
    for status in WAITING_STATUSES:
        WAITING.labels(status).set(depth.counts.get(status, 0))
    OLDEST.set(depth.age.total_seconds() if depth.age else 0)
