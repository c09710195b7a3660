"""Rate limit by key over all processes: events within a sliding window, counted in Redis."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""Time for which a Redis server that failed is not called."""

# A sorted set per key: one member per event, with the time of its arrival in milliseconds as score. Either all keys of
# a request are within the limit and all of its events are counted, or none is. A request that was counted before is
# not counted again. Returns the milliseconds to wait; 0 admits the request.
_COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, limit, id, wait, fresh = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], 0, {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if not redis.call('ZSCORE', key, id .. ':1') then
    table.insert(fresh, i)
    local over = redis.call('ZCARD', key) + ARGV[3 + i] - limit
    if over > 0 then
      local leaves = redis.call('ZRANGE', key, over - 1, over - 1, 'WITHSCORES')
      wait = math.max(wait, leaves[2] and leaves[2] + window - now or window, 1)
    end
  end
end
if wait > 0 then return wait end
for _, i in ipairs(fresh) do
  for event = 1, ARGV[3 + i] do redis.call('ZADD', KEYS[i], now, id .. ':' .. event) end
  redis.call('PEXPIRE', KEYS[i], window)
end
return 0
"""


class SlidingWindow:
    """Events per key within a window, counted in Redis for all processes.

    `is_complete` is false while Redis fails and for one window after: it may have lost its counts. It is false as well
    while a Redis without an append-only file runs for less than one window: its counts before that were lost. The
    caller then counts what it has stored instead.
    """

    def __init__(self, client: redis.asyncio.Redis | None, limit: int, window: timedelta) -> None:
        """Takes the most events of a key within the window. Without a client nothing is counted."""
        self._client, self._limit, self._window = client, limit, window
        self._is_verified = False
        self._script: Any = client.register_script(_COUNT) if client is not None else None
        self._retry_at = 0.0
        self._incomplete_until = 0.0 if client is not None else math.inf

    @property
    def is_complete(self) -> bool:
        """Whether the counts of Redis cover the whole window."""
        return time.monotonic() >= self._incomplete_until

    async def wait(self, request_id: str, events: Mapping[str, int]) -> timedelta | None:
        """Counts a request with that many events per Redis key and returns None; a repeated request counts once.

        Returns how long to wait when one of the keys would exceed the limit; then nothing is counted. Returns None as
        well while Redis does not answer.
        """
        if self._script is None or time.monotonic() < self._retry_at:
            return None
        window_ms = int(self._window.total_seconds() * 1000)
        try:
            if not self._is_verified:
                await self._verify_persistence()
            args = [window_ms, self._limit, request_id, *events.values()]
            wait_ms = int(await self._script(keys=list(events), args=args))
        except (RedisError, OSError, TimeoutError):
            now = time.monotonic()
            self._retry_at, self._incomplete_until = now + RETRY_S, now + self._window.total_seconds()
            return None
        return timedelta(milliseconds=wait_ms) if wait_ms else None

    async def _verify_persistence(self) -> None:
        """Detects counts that were lost by a restart of Redis before this process called it."""
        assert self._client is not None  # noqa: S101 - the caller has a script
        uptime_s, keeps_counts = 0.0, False
        try:
            uptime_s = float((await self._client.info("server"))["uptime_in_seconds"])
            keeps_counts = bool((await self._client.info("persistence"))["aof_enabled"])
        except (ResponseError, KeyError):  # the server does not permit INFO
            log.debug("uptime and persistence of Redis are unknown", exc_info=True)
        if not keeps_counts:
            missing_s = max(0.0, self._window.total_seconds() - uptime_s)
            self._incomplete_until = max(self._incomplete_until, time.monotonic() + missing_s)
        self._is_verified = True
