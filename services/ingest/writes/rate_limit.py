"""Limits the explicit feedback of a user per hour, counted in Redis, or from stored rows while Redis is unavailable."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError

from kit.errors import Exhausted
from kit.metrics import Counter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.keys import tenant_key

_SQL = load_queries("ingest", "rate_limit.sql")
_WRITES = load_queries("ingest", "writes.sql")

WINDOW = timedelta(hours=1)
REDIS_RETRY_S = 1.0
"""Time after a failure of Redis during which it is not called again."""
LOCK_COUNT = 256
"""Locks that users share by hash: without Redis the submissions of one user are counted and stored one by one."""
REFUSED = Counter("radiant_ingest_paced_total", "Submissions refused because the user reached the hourly limit.")

# One sorted set per user. It has one member per submission, whose score is the time of arrival in milliseconds. If all
# users of a request stay within the limit, the request is counted; otherwise nothing is counted. Returns the time to
# wait in milliseconds, 0 if the request is admitted.
_SCRIPT = """
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
  for vote = 1, ARGV[3 + i] do redis.call('ZADD', KEYS[i], now, id .. ':' .. vote) end
  redis.call('PEXPIRE', KEYS[i], window)
end
return 0
"""


def user_rate_key(tenant: str, user: str) -> str:
    """Returns the Redis key of a user's submissions in the last hour."""
    return tenant_key(tenant, "pace", user)


class NoUserRateLimit:
    """A `UserRateLimit` without a limit."""

    @contextlib.asynccontextmanager
    async def reservation(self, tenant: str, request_id: UUID, counts: Mapping[str, int]) -> AsyncIterator[None]:
        """Admits every request."""
        yield


class HourlyUserRateLimit:
    """A `UserRateLimit` of a number of submissions per user in any hour.

    Redis counts the submissions of the last hour. While Redis is unavailable, and for one hour after, because its
    counts may be lost, the votes and voice comments that were stored in the last hour are counted instead, one request
    at a time per user and process. A vote that replaced another vote within the hour then counts once.
    """

    def __init__(self, database: Database, client: redis.asyncio.Redis | None, submissions_max: int) -> None:
        """Without a Redis client only stored rows are counted."""
        self._database, self._submissions_max = database, submissions_max
        self._script: Any = client.register_script(_SCRIPT) if client is not None else None
        self._locks = [asyncio.Lock() for _ in range(LOCK_COUNT)]
        self._redis_retry_at = 0.0
        self._rows_count_until = 0.0 if client is not None else math.inf

    @contextlib.asynccontextmanager
    async def reservation(self, tenant: str, request_id: UUID, counts: Mapping[str, int]) -> AsyncIterator[None]:
        """See `ingest.domain.ports.UserRateLimit.reservation`."""
        wait = await self._wait_by_redis(tenant, request_id, counts)
        async with contextlib.AsyncExitStack() as stack:
            if wait is None and time.monotonic() < self._rows_count_until:
                for number in sorted({hash((tenant, user)) % LOCK_COUNT for user in counts}):
                    await stack.enter_async_context(self._locks[number])
                wait = await self._wait_by_rows(tenant, counts)
            if wait is not None and not await self._is_repeat(tenant, request_id):
                REFUSED.inc()
                message = f"A user may submit {self._submissions_max} votes and voice comments per hour. Retry later."
                raise Exhausted(message, wait, reason="USER_PACE")
            yield

    async def _wait_by_redis(self, tenant: str, request_id: UUID, counts: Mapping[str, int]) -> timedelta | None:
        """Returns the time to wait; None if the request is admitted or Redis is unavailable."""
        if self._script is None or time.monotonic() < self._redis_retry_at:
            return None
        keys = [user_rate_key(tenant, user) for user in counts]
        window_ms = int(WINDOW.total_seconds() * 1000)
        arguments = [window_ms, self._submissions_max, request_id.hex, *counts.values()]
        try:
            wait_ms = int(await self._script(keys=keys, args=arguments))
        except (RedisError, OSError, TimeoutError):
            now = time.monotonic()
            self._redis_retry_at, self._rows_count_until = now + REDIS_RETRY_S, now + WINDOW.total_seconds()
            return None
        return timedelta(milliseconds=wait_ms) if wait_ms else None

    async def _wait_by_rows(self, tenant: str, counts: Mapping[str, int]) -> timedelta | None:
        """Returns the time to wait by the stored votes and voice comments; None if the request is admitted."""
        window_s = WINDOW.total_seconds()
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(
                _SQL["recent_submissions"], tenant, list(counts), window_s, self._submissions_max + 1
            )
        waits_s = [row["wait_s"] for row in rows if row["submissions"] + counts[row["user_id"]] > self._submissions_max]
        return timedelta(seconds=max(*waits_s, 0.001)) if waits_s else None

    async def _is_repeat(self, tenant: str, request_id: UUID) -> bool:
        """Returns whether the request has a stored response; a repeat is admitted in any case."""
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetch(_WRITES["stored_responses"], tenant, [str(request_id)]))
