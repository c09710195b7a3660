"""Group commit: concurrent writes share transactions, and each is answered after its commit.

Committers take what waits whenever they are free. An idle service commits at once; a busy one forms groups by
itself, so that one flush of the log to disk serves many calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta

from ingest.domain.model import Write
from ingest.domain.ports import Store, WakeUp
from ingest.settings import IntakeLimits
from kit.errors import Conflict, Exhausted, Invalid, RadiantError, Unavailable
from kit.lifecycle import background
from kit.metrics import Counter, Gauge, Histogram

log = logging.getLogger(__name__)

WAITING = Gauge("radiant_ingest_waiting_items", "Items that wait to be committed.")
GROUPS = Histogram("radiant_ingest_group_items", "Items per transaction.", buckets=(1, 3, 10, 30, 100, 300, 1000, 5000))
REFUSED = Counter("radiant_ingest_refused_total", "Writes refused because the queue was full.")

ATTEMPTS_MAX = 6
RETRY_AFTER = timedelta(milliseconds=250)

Outcome = bytes | RadiantError
_Waiting = tuple[Write, "asyncio.Future[bytes]"]


def reused(write: Write) -> Invalid:
    """Makes the error of an identifier that named another request before."""
    return Invalid.field(write.id_field, "was used for another request", reason="REQUEST_ID_REUSED")


class GroupCommit:
    """A bounded queue of writes before a store."""

    def __init__(self, store: Store, wake_up: WakeUp, limits: IntakeLimits) -> None:
        self._store, self._wake_up, self._limits = store, wake_up, limits
        self._queue: deque[_Waiting] = deque()
        self._items = 0
        self._filled = asyncio.Event()
        self._stopped = False

    async def submit(self, write: Write) -> bytes:
        """Returns the answer once the write is durable.

        Raises Exhausted when the queue is full, Unavailable once it has ended, and what the store raises. A caller
        that goes away does not take its write back: it may be stored, and repeating it is safe.
        """
        if self._stopped:
            raise _stopping()
        if self._items and self._items + write.weight > self._limits.queue_items_max:
            REFUSED.inc()
            raise Exhausted("The queue is full.", RETRY_AFTER, reason="QUEUE_FULL")
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.append((write, future))
        self._count(write.weight)
        self._filled.set()
        return await future

    def _count(self, items: int) -> None:
        self._items += items
        WAITING.set(self._items)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Commits while the block runs. At its end, what was not taken yet is refused as Unavailable."""
        try:
            async with contextlib.AsyncExitStack() as stack:
                for number in range(self._limits.committers):
                    await stack.enter_async_context(background(f"committer-{number}", self._commit_forever))
                yield
        finally:
            self._stopped = True
            self._settle(self._queue)
            self._queue.clear()

    async def _commit_forever(self) -> None:
        while True:
            await self._filled.wait()
            group = self._take()
            if group:
                try:
                    await self._commit(group)
                finally:
                    self._settle(group)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        items = 0
        while self._queue and (not group or items + self._queue[0][0].weight <= self._limits.group_items_max):
            waiting = self._queue.popleft()
            items += waiting[0].weight
            group.append(waiting)
        if not self._queue:
            self._filled.clear()
        if group:
            GROUPS.observe(items)
        return group

    def _settle(self, group: Iterable[_Waiting]) -> None:
        self._count(-sum(write.weight for write, _ in group))
        for _, future in group:
            if not future.done():
                future.set_exception(_stopping())

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        firsts, repeats = _without_repeats(group)
        try:
            outcomes = await self._stored([write for write, _ in firsts])
        except RadiantError as error:
            if len(firsts) > 1 and not isinstance(error, Unavailable):
                await self._one_by_one(firsts, repeats)
                return
            outcomes = [error] * len(firsts)
        except Exception as error:
            if len(firsts) > 1:
                log.exception("a group could not be stored; its writes are tried one by one")
                await self._one_by_one(firsts, repeats)
                return
            _fail(group, error)
            return
        self._wake_up.work()
        for (write, future), outcome in zip(firsts, outcomes, strict=True):
            for waiting in (future, *repeats.get((write.tenant_id, write.request_id.int), ())):
                _resolve(waiting, outcome)

    async def _one_by_one(
        self, firsts: Sequence[_Waiting], repeats: dict[tuple[str, int], list[asyncio.Future[bytes]]]
    ) -> None:
        for write, future in firsts:
            again = repeats.get((write.tenant_id, write.request_id.int), ())
            await self._commit([(write, future), *((write, each) for each in again)])

    async def _stored(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._store.commit(writes)
            except Conflict:
                if attempt == ATTEMPTS_MAX:
                    raise Unavailable("Other transactions were faster.", RETRY_AFTER, reason="CONTENTION") from None
                await asyncio.sleep(0.005 * 2**attempt)
        raise AssertionError("unreachable")


def _without_repeats(
    group: Sequence[_Waiting],
) -> tuple[list[_Waiting], dict[tuple[str, int], list[asyncio.Future[bytes]]]]:
    """Splits off requests that repeat another of the group; refuses those that reuse its identifier."""
    firsts: dict[tuple[str, int], _Waiting] = {}
    repeats: dict[tuple[str, int], list[asyncio.Future[bytes]]] = {}
    for write, future in group:
        key = (write.tenant_id, write.request_id.int)
        first = firsts.setdefault(key, (write, future))
        if first[1] is future:
            continue
        if first[0].fingerprint == write.fingerprint and first[0].method == write.method:
            repeats.setdefault(key, []).append(future)
        else:
            _resolve(future, reused(write))
    return list(firsts.values()), repeats


def _resolve(future: asyncio.Future[bytes], outcome: Outcome) -> None:
    if future.done():
        return
    if isinstance(outcome, bytes):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)


def _stopping() -> Unavailable:
    return Unavailable("The service is stopping.", RETRY_AFTER, reason="STOPPING")


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(error)
