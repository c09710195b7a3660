"""Wake-ups by Redis: one message for many commits, none when Redis is away."""

from __future__ import annotations

import asyncio
import logging

import redis.asyncio
from redis.exceptions import RedisError

from kit.metrics import Counter

log = logging.getLogger(__name__)

CHANNEL = "radiant:learn"
PAUSE_S = 0.005
"""Commits within it share a message."""
LOST = Counter(
    "radiant_ingest_lost_wakeups_total", "Wake-ups that could not be sent; the learner then looks by itself."
)


class RedisWakeUp:
    """Publishes on `radiant:learn` beside the commits."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._pending = asyncio.Event()

    def work(self) -> None:
        """Notes that there is work; returns at once."""
        self._pending.set()

    async def publish_forever(self) -> None:
        """Sends what was noted; a failure costs the learner its next look, nothing else."""
        while True:
            await self._pending.wait()
            self._pending.clear()
            try:
                await self._client.publish(CHANNEL, b"")
            except (RedisError, OSError, TimeoutError):
                LOST.inc()
                log.debug("a wake-up was lost", exc_info=True)
            await asyncio.sleep(PAUSE_S)


class NoWakeUp:
    """Stands in where there is no Redis."""

    def work(self) -> None:
        """Does nothing."""
