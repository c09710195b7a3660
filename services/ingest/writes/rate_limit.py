"""How much one user may say in an hour: counted in Redis, and in what is stored while Redis is away."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError

from kit.errors import Exhausted
from kit.metrics import Counter
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.keys import tenant_key

_SQL = load_queries("ingest", "rate_limit.sql")

HOUR = timedelta(hours=1)
LEAVE_ALONE_S = 1.0
"""A Redis that failed is not asked for so long."""
TURNS = 256
"""Locks that users share, so that one user's votes are counted and stored one after the other without Redis."""
PACED = Counter("radiant_ingest_paced_total", "Submissions refused because their user said enough for an hour.")

# A sorted set per user: one member per vote, its score the time of its arrival in milliseconds. Either all users of a
# request are below the limit and it is counted, or nothing is. Returns the milliseconds to wait; 0 lets it pass.
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


class Pace(Protocol):
    """Decides whether users may say more now."""

    def admitted(
        self, tenant: str, request_id: UUID, said: Mapping[str, int]
    ) -> contextlib.AbstractAsyncContextManager[None]:
        """Lets a request with so many submissions by user through while the block stores it.

        Raises Exhausted (USER_PACE) before the block when one of the users would exceed the hour; then nothing is
        counted. A repeat counts once.
        """
        ...


class NoPace:
    """Stands in where users may say as much as they like."""

    @contextlib.asynccontextmanager
    async def admitted(self, tenant: str, request_id: UUID, said: Mapping[str, int]) -> AsyncIterator[None]:
        """Lets everything through."""
        yield


class UserPace:
    """A limit per user and hour.

    Redis counts every submission of the last hour. While it is away, and for an hour after, since it may have lost
    its counts, the votes and spoken comments stored in the last hour count, one at a time per user and process; a vote
    that changed an earlier one within the hour is then one.
    """

    def __init__(self, database: Database, client: redis.asyncio.Redis | None, limit: int) -> None:
        """Without a client what is stored alone counts."""
        self._database, self._limit = database, limit
        self._script: Any = client.register_script(_SCRIPT) if client is not None else None
        self._turns = [asyncio.Lock() for _ in range(TURNS)]
        self._asked_again_at = 0.0
        self._doubted_until = 0.0 if client is not None else math.inf

    @contextlib.asynccontextmanager
    async def admitted(self, tenant: str, request_id: UUID, said: Mapping[str, int]) -> AsyncIterator[None]:
        """See `Pace.admitted`."""
        wait = await self._wait_by_redis(tenant, request_id, said)
        async with contextlib.AsyncExitStack() as stack:
            if wait is None and time.monotonic() < self._doubted_until:
                for turn in sorted({hash((tenant, user)) % TURNS for user in said}):
                    await stack.enter_async_context(self._turns[turn])
                wait = await self._wait_by_rows(tenant, said)
            if wait is not None and not await self._answered(tenant, request_id):
                PACED.inc()
                message = f"A user may submit {self._limit} votes or voice comments an hour."
                raise Exhausted(message, wait, reason="USER_PACE")
            yield

    async def _wait_by_redis(self, tenant: str, request_id: UUID, said: Mapping[str, int]) -> timedelta | None:
        """Returns None as well when Redis does not answer; what is stored then decides."""
        if self._script is None or time.monotonic() < self._asked_again_at:
            return None
        keys = [tenant_key(tenant, "pace", user) for user in said]
        window = int(HOUR.total_seconds() * 1000)
        try:
            wait = int(await self._script(keys=keys, args=[window, self._limit, request_id.hex, *said.values()]))
        except (RedisError, OSError, TimeoutError):
            now = time.monotonic()
            self._asked_again_at, self._doubted_until = now + LEAVE_ALONE_S, now + HOUR.total_seconds()
            return None
        return timedelta(milliseconds=wait) if wait else None

    async def _wait_by_rows(self, tenant: str, said: Mapping[str, int]) -> timedelta | None:
        window = HOUR.total_seconds()
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(_SQL["said_lately"], tenant, list(said), window, self._limit + 1)
        over = [row["wait_s"] for row in rows if row["said"] + said[row["user_id"]] > self._limit]
        return timedelta(seconds=max(*over, 0.001)) if over else None

    async def _answered(self, tenant: str, request_id: UUID) -> bool:
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetchval(_SQL["answered_before"], tenant, request_id))
