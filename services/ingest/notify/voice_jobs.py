"""Publishes new voice comments on a Redis stream. Best effort: the voice workers also poll the table."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import redis.asyncio
from redis.exceptions import RedisError

from ingest.domain.model import Recording
from kit.channels import VOICE_JOBS
from kit.telemetry.metrics import Counter

log = logging.getLogger(__name__)

STREAM_LENGTH_MAX = 100_000
"""Approximate length at which Redis drops the oldest entries of the stream."""
QUEUE_MAX = 10_000
"""Largest number of unsent entries. A further entry replaces the oldest one."""
LOST = Counter("radiant_ingest_lost_voice_jobs_total", "Notifications of voice comments that could not be sent.")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RedisVoiceJobNotifier:
    """A `VoiceJobNotifier` that appends to `radiant:voice:jobs`.

    Fields of an entry: tenant, voice_id, created_at (ISO 8601, UTC).
    """

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._queue: deque[dict[str, str]] = deque(maxlen=QUEUE_MAX)
        self._has_entries = asyncio.Event()

    def notify(self, tenant: str, recording: Recording) -> None:
        """Schedules an entry and returns at once."""
        created_at = _EPOCH + timedelta(microseconds=recording.created_us)
        entry = {"tenant": tenant, "voice_id": str(recording.voice_id), "created_at": created_at.isoformat()}
        self._queue.append(entry)
        self._has_entries.set()

    async def publish_forever(self) -> None:
        """Sends the scheduled entries, each once. An entry that fails is dropped."""
        while True:
            await self._has_entries.wait()
            self._has_entries.clear()
            while self._queue:
                fields = cast(dict[Any, Any], self._queue.popleft())
                try:
                    await self._client.xadd(VOICE_JOBS, fields, maxlen=STREAM_LENGTH_MAX, approximate=True)
                except (RedisError, OSError, TimeoutError):
                    LOST.inc()
                    log.debug("notification of a voice comment failed", exc_info=True)


class NoVoiceJobNotifier:
    """A `VoiceJobNotifier` for deployments without Redis."""

    def notify(self, tenant: str, recording: Recording) -> None:
        """Does nothing."""
