"""Limits the explicit feedback of a user or an evaluator per hour.

Submissions are counted in Redis, or from stored rows while Redis is unavailable.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

import redis.asyncio

from ingest.domain.evaluators import evaluator_name
from kit.channels import submissions_key
from kit.errors import Exhausted
from kit.postgres.pool import Database
from kit.postgres.queries import load_queries
from kit.redis.sliding_window import SlidingWindow
from kit.redis.user_digest import UserDigest
from kit.telemetry.metrics import Counter as Metric
from splits.user_keys import limit_key

_SQL = load_queries("ingest", "writes.sql")

WINDOW = timedelta(hours=1)
USER_LIMIT = "A user may submit {} votes and voice comments per hour. Retry later."
EVALUATOR_LIMIT = "A registered evaluator may submit {} votes per hour. Retry later."
"""Message of a refusal, with the limit."""
_UNREGISTERED = (
    "The limit of a user applies to the evaluator {}: {} votes per hour. Register it with RegisterEvaluator and submit "
    "its votes as a service, or retry later."
)
SPELLINGS_MAX = 100_000
"""Users whose spellings in upper and lower case are known while rows are counted."""
LOCK_COUNT = 256
"""Number of locks. Without Redis, a user's submissions are counted and stored under the lock of the user's hash."""
REFUSED = Metric("radiant_ingest_paced_total", "Submissions refused because the user reached the hourly limit.")


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

    Users whose ids differ in case share the limit. The rows of such ids are counted together if this process has
    admitted a submission of each id.
    """

    def __init__(
        self,
        database: Database,
        client: redis.asyncio.Redis | None,
        digest: UserDigest,
        submissions_max: int,
        refusal: str = USER_LIMIT,
    ) -> None:
        """Takes the message of refusals. Names of Redis keys contain digests of user ids.

        Without a Redis client, only stored rows are counted.
        """
        self._database, self._digest = database, digest
        self._submissions_max, self._refusal = submissions_max, refusal
        self._window = SlidingWindow(client, submissions_max, WINDOW)
        self._locks = [asyncio.Lock() for _ in range(LOCK_COUNT)]
        self._spellings: OrderedDict[tuple[str, str], set[str]] = OrderedDict()
        """User ids by tenant and limit key, least recently used first."""

    @contextlib.asynccontextmanager
    async def reservation(self, tenant: str, request_id: UUID, counts: Mapping[str, int]) -> AsyncIterator[None]:
        """See `ingest.domain.ports.UserRateLimit.reservation`."""
        by_key = Counter[str]()
        for user, count in counts.items():
            by_key[submissions_key(tenant, self._digest.of(tenant, limit_key(user)))] += count
        wait = await self._window.wait(request_id.hex, by_key)
        async with contextlib.AsyncExitStack() as stack:
            if wait is None and not self._window.is_complete:
                for number in sorted({hash((tenant, limit_key(user))) % LOCK_COUNT for user in counts}):
                    await stack.enter_async_context(self._locks[number])
                wait = await self._wait_by_rows(tenant, counts)
            if wait is not None and not await self._is_repeat(tenant, request_id):
                REFUSED.inc()
                raise Exhausted(self._message(counts), wait, reason="USER_PACE")
            yield

    def _message(self, users: Iterable[str]) -> str:
        unregistered = [name for user in users if (name := evaluator_name(user))]
        if unregistered and self._refusal is USER_LIMIT:
            return _UNREGISTERED.format(unregistered[0], self._submissions_max)
        return self._refusal.format(self._submissions_max)

    async def _wait_by_rows(self, tenant: str, counts: Mapping[str, int]) -> timedelta | None:
        """Returns the time to wait, computed from stored rows; None if the request is admitted."""
        window_s = WINDOW.total_seconds()
        requested = Counter[str]()
        for user, count in counts.items():
            requested[limit_key(user)] += count
        users = {*counts, *(user for key in requested for user in self._spellings.get((tenant, key), ()))}
        async with self._database.tenant(tenant) as connection:
            rows = await connection.fetch(
                _SQL["recent_submissions"], tenant, list(users), window_s, self._submissions_max + 1
            )
        oldest_s: dict[str, float] = defaultdict(lambda: window_s)
        for row in rows:
            key = limit_key(row["user_id"])
            requested[key] += row["submissions"]
            oldest_s[key] = min(oldest_s[key], row["wait_s"])
        waits_s = [oldest_s[key] for key, count in requested.items() if count > self._submissions_max]
        if waits_s:
            return timedelta(seconds=max(*waits_s, 0.001))
        self._remember(tenant, counts)
        return None

    def _remember(self, tenant: str, users: Iterable[str]) -> None:
        for user in users:
            key = tenant, limit_key(user)
            self._spellings.setdefault(key, set()).add(user)
            self._spellings.move_to_end(key)
        while len(self._spellings) > SPELLINGS_MAX:
            self._spellings.popitem(last=False)

    async def _is_repeat(self, tenant: str, request_id: UUID) -> bool:
        """Returns whether the request has a stored response; a repeat is admitted in any case."""
        async with self._database.tenant(tenant) as connection:
            return bool(await connection.fetch(_SQL["stored_responses"], tenant, [str(request_id)]))
