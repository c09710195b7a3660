"""Connections to Redis with short timeouts: callers treat a failure as a cache miss."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kit.settings.declaration import Report, Setting

TIMEOUT = timedelta(milliseconds=250)
CONNECTIONS_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSettings:
    """Address of the Redis server."""

    url: Annotated[str, Setting("REDIS_URL", is_secret=True)] = field(default="", repr=False)
    """Redis address: redis://host:6379 or rediss://user:password@host:6379. Required for neural. Empty for another
    service: it does not use Redis."""
    ca: Annotated[str, Setting("REDIS_CA")] = ""
    """PEM file of certificate authorities, one of which must have signed the certificate of a rediss:// server."""

    @property
    def address(self) -> str:
        """Address with the certificate authorities, for `open_redis`; empty without Redis."""
        return _with_ca(self.url, self.ca)

    def check(self, report: Report) -> None:
        """Reports certificate authorities for an address without TLS."""
        is_valid = not self.ca or self.url.startswith("rediss://")
        report.require("REDIS_CA", is_valid, "needs an address that begins with rediss://")


def _with_ca(url: str, ca: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}ssl_ca_certs={quote(ca, safe='')}" if ca else url


@contextlib.asynccontextmanager
async def open_redis(url: str, timeout: timedelta | None = None) -> AsyncIterator[redis.asyncio.Redis]:
    """Opens a client and closes it after the block. It connects on first use, so that Redis may start later."""
    seconds = (timeout or TIMEOUT).total_seconds()
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
