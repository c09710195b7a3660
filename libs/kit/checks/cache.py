"""Checks of Redis with the settings of a service: answer, TLS, authentication and eviction policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from kit.checks.finding import Finding, fail, ok, warn
from kit.checks.hosts import is_local
from kit.redis.client import RedisSettings, open_redis

TIMEOUT = timedelta(seconds=5)


async def cache_findings(settings: RedisSettings, *, is_production: bool) -> AsyncIterator[Finding]:
    """Connects with the settings of a service and yields findings."""
    if not settings.url:
        yield warn("Redis is not configured: changes are found by polling", "set RADIANT_REDIS_URL")
        return
    parts = urlsplit(settings.url)
    try:
        async with open_redis(settings.address, TIMEOUT) as client:
            await client.ping()
            yield ok("Redis answers")
            if is_production:
                yield await _eviction(client)
    except (RedisError, OSError, ValueError, TimeoutError) as error:
        advice = "check RADIANT_REDIS_URL, RADIANT_REDIS_CA and the server"
        yield fail(f"Redis does not answer: {str(error) or type(error).__name__}", advice)
        return
    if is_production and not is_local(parts.hostname or ""):
        if parts.scheme != "rediss":
            yield fail("connections to Redis are not encrypted", "use a rediss:// URL and set RADIANT_REDIS_CA")
        if not parts.password:
            yield fail("Redis requires no password", "set a password on the server and in RADIANT_REDIS_URL")


async def _eviction(client: redis.asyncio.Redis) -> Finding:
    try:
        policy = str((await client.info("memory"))["maxmemory_policy"])
    except (ResponseError, KeyError):
        return warn("the eviction policy of Redis cannot be read", "verify that maxmemory-policy is noeviction")
    text, advice = f"maxmemory-policy of Redis is {policy}", "set maxmemory-policy to noeviction"
    if policy == "noeviction":
        return ok(text)
    if policy.startswith("volatile-"):
        return warn(f"{text}: counts of rate limits can be evicted", advice)
    return fail(f"{text}: the queue of voice jobs can be evicted", advice)
