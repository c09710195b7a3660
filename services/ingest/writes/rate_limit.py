"""Limits the explicit feedback of a user per hour, counted in Redis, or from stored rows while Redis is unavailable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from uuid import UUID

import redis.asyncio

from kit.channels import submissions_key
from kit.errors import Exhausted
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.sliding_window import SlidingWindow
from kit.redis.user_digest import UserDigest
from kit.telemetry.metrics import Counter

_SQL = load_queries("ingest", "rate_limit.sql")
_WRITES = load_queries("ingest", "writes.sql")

WINDOW = timedelta(hours=1)
LOCK_COUNT = 256
"""Number of locks. Without Redis, a user's submissions are counted and stored under the lock of the user's hash."""
REFUSED = Counter("radiant_ingest_paced_total", "Submissions refused because the user reached the hourly limit.")


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

    def __init__(
        self, database: Database, client: redis.asyncio.Redis | None, digest: UserDigest, submissions_max: int
    ) -> None:
        """Names of Redis keys contain digests of user ids. Without a Redis client only stored rows are counted."""
        self._database, self._digest, self._submissions_max = database, digest, submissions_max
        self._window = SlidingWindow(client, submissions_max, WINDOW)
        self._locks = [asyncio.Lock() for _ in range(LOCK_COUNT)]

    @contextlib.asynccontextmanager
    async def reservation(self, tenant: str, request_id: UUID, counts: Mapping[str, int]) -> AsyncIterator[None]:
        """See `ingest.domain.ports.UserRateLimit.reservation`."""
        by_key = {submissions_key(tenant, self._digest.of(tenant, user)): count for user, count in counts.items()}
        wait = await self._window.wait(request_id.hex, by_key)
        async with contextlib.AsyncExitStack() as stack:
            if wait is None and not self._window.is_complete:
                for number in sorted({hash((tenant, user)) % LOCK_COUNT for user in counts}):
                    await stack.enter_async_context(self._locks[number])
                wait = await self._wait_by_rows(tenant, counts)
            if wait is not None and not await self._is_repeat(tenant, request_id):
                REFUSED.inc()
                message = f"A user may submit {self._submissions_max} votes and voice comments per hour. Retry later."
                raise Exhausted(message, wait, reason="USER_PACE")
            yield

    async def _wait_by_rows(self, tenant: str, counts: Mapping[str, int]) -> timedelta | None:
        """Returns the time to wait, computed from stored rows; None if the request is admitted."""
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
