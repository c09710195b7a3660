"""Connections to Redis that fail fast: callers treat a failure as a miss."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kit.settings import Reader

TIMEOUT = timedelta(milliseconds=250)
CONNECTIONS_MAX = 32


def redis_address(reader: Reader, default: str | None) -> str:
    """Reads REDIS_URL, and REDIS_CA, a file of authorities (PEM) by whom the server of a rediss:// address is known."""
    url, ca = reader.text("REDIS_URL", default), reader.text("REDIS_CA", "")
    if not ca:
        return url
    reader.check("REDIS_CA", url.startswith("rediss://"), "needs an address that begins with rediss://")
    return f"{url}{'&' if '?' in url else '?'}ssl_ca_certs={quote(ca, safe='')}"


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
