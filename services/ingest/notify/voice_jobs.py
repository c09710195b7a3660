"""Word of new spoken comments, by a Redis stream: whoever listens hears sooner, and finds the rows without it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

import redis.asyncio
from redis.exceptions import RedisError

from ingest.domain.model import Recording
from kit.metrics import Counter

log = logging.getLogger(__name__)

STREAM = "radiant:voice:jobs"
LENGTH_MAX = 100_000
"""Older entries go, roughly; their rows are found by looking."""
WAITING_MAX = 10_000
LOST = Counter("radiant_ingest_lost_voice_jobs_total", "Words of spoken comments that could not be sent.")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Jobs(Protocol):
    """Tells who listens that there is something to hear."""

    def announce(self, tenant: str, recording: Recording) -> None:
        """Returns at once; may be lost."""
        ...


class RedisJobs:
    """Appends to `radiant:voice:jobs` beside the answers: tenant, voice_id, created_at (ISO 8601, UTC)."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._waiting: deque[dict[str, str]] = deque(maxlen=WAITING_MAX)
        self._filled = asyncio.Event()

    def announce(self, tenant: str, recording: Recording) -> None:
        """Notes a comment; returns at once."""
        created_at = _EPOCH + timedelta(microseconds=recording.created_us)
        entry = {"tenant": tenant, "voice_id": str(recording.voice_id), "created_at": created_at.isoformat()}
        self._waiting.append(entry)
        self._filled.set()

    async def publish_forever(self) -> None:
        """Sends what was noted, each once; one that fails is lost."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                fields = cast(dict[Any, Any], self._waiting.popleft())
                try:
                    await self._client.xadd(STREAM, fields, maxlen=LENGTH_MAX, approximate=True)
                except (RedisError, OSError, TimeoutError):
                    LOST.inc()
                    log.debug("word of a spoken comment was lost", exc_info=True)


class NoJobs:
    """Stands in where there is no Redis."""

    def announce(self, tenant: str, recording: Recording) -> None:
        """Does nothing."""
