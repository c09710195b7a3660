"""Connections to Redis that fail fast: callers treat a failure as a miss."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

TIMEOUT = timedelta(milliseconds=250)
CONNECTIONS_MAX = 32


@contextlib.asynccontextmanager
async def open_redis(url: str, timeout: timedelta = TIMEOUT) -> AsyncIterator[redis.asyncio.Redis]:
    """Opens a client and closes it after the block. Connects on first use: Redis may be away at the start."""
    seconds = timeout.total_seconds()
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        max_connections=CONNECTIONS_MAX,
        timeout=seconds,
    )
    client = redis.asyncio.Redis.from_pool(pool)
    try:
        yield client
    finally:
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            await client.aclose()
