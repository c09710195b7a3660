"""Notifies the learner of new work by Redis Pub/Sub: one message for many commits."""

from __future__ import annotations

import asyncio
import logging

import redis.asyncio
from redis.exceptions import RedisError

from kit.channels import LEARNER_WAKE_UP
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

PAUSE_S = 0.005
"""Pause after a message. Commits during the pause share the next message."""
LOST = Counter(
    "radiant_ingest_lost_wakeups_total", "Notifications to the learner that could not be sent. The learner also polls."
)


class RedisLearnerNotifier:
    """A `LearnerNotifier` that publishes on `radiant:learn`."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._is_pending = asyncio.Event()

    def notify(self) -> None:
        """Schedules a message and returns at once."""
        self._is_pending.set()

    async def publish_forever(self) -> None:
        """Publishes the scheduled messages. A message that fails is dropped: the learner also polls its queue."""
        while True:
            await self._is_pending.wait()
            self._is_pending.clear()
            try:
                await self._client.publish(LEARNER_WAKE_UP, b"")
            except (RedisError, OSError, TimeoutError):
                LOST.inc()
                log.debug("notification to the learner failed", exc_info=True)
            await asyncio.sleep(PAUSE_S)


class NoLearnerNotifier:
    """A `LearnerNotifier` for deployments without Redis."""

    def notify(self) -> None:
        """Does nothing."""
