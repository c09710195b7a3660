"""Group commit: concurrent writes share a transaction, and each caller gets its response after the commit.

A free committer takes all queued writes. Under low load, a write is committed at once. Under high load, writes are
grouped, so that one flush of the write-ahead log serves many calls.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta

from ingest.domain.errors import request_id_reused
from ingest.domain.model import Write
from ingest.domain.ports import LearnerNotifier, WriteStore
from ingest.settings import WriteLimits
from kit.errors import Conflict, Exhausted, RadiantError, Unavailable
from kit.lifecycle import background
from kit.telemetry.metrics import Counter, Gauge, Histogram

log = logging.getLogger(__name__)

WAITING = Gauge("radiant_ingest_waiting_items", "Items in the write queue.")
GROUPS = Histogram("radiant_ingest_group_items", "Items per transaction.", buckets=(1, 3, 10, 30, 100, 300, 1000, 5000))
REFUSED = Counter("radiant_ingest_refused_total", "Writes refused because the write queue was full.")

ATTEMPTS_MAX = 6
RETRY_AFTER = timedelta(milliseconds=250)
FIRST_RETRY_S = 0.01
"""Pause after the first conflict; it doubles after each further one."""

Response = bytes | RadiantError
_QueuedWrite = tuple[Write, "asyncio.Future[bytes]"]
_RequestKey = tuple[str, int]
_Repeats = dict[_RequestKey, list["asyncio.Future[bytes]"]]


class GroupCommit:
    """A bounded queue of writes, and the committers that store them."""

    def __init__(self, store: WriteStore, learner: LearnerNotifier, limits: WriteLimits) -> None:
        self._store, self._learner, self._limits = store, learner, limits
        self._queue: deque[_QueuedWrite] = deque()
        self._items = 0
        self._has_writes = asyncio.Event()
        self._is_stopped = False

    async def submit(self, write: Write) -> bytes:
        """Returns the serialized response once the write is durable.

        Raises Exhausted (QUEUE_FULL) if the queue is full, Unavailable (STOPPING) after the queue was stopped, and
        the errors of the store. Cancelling the call does not cancel the write: it may be stored, and a repeat of the
        request is safe.
        """
        if self._is_stopped:
            raise _stopping()
        if self._items and self._items + write.item_count > self._limits.queue_items_max:
            REFUSED.inc()
            message = f"The write queue is full: at most {self._limits.queue_items_max} items. Retry after 250 ms."
            raise Exhausted(message, RETRY_AFTER, reason="QUEUE_FULL")
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.append((write, future))
        self._count(write.item_count)
        self._has_writes.set()
        return await future

    def _count(self, items: int) -> None:
        self._items += items
        WAITING.set(self._items)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the committers during the block. At its end, refuses queued writes as Unavailable (STOPPING)."""
        try:
            async with contextlib.AsyncExitStack() as stack:
                for number in range(self._limits.committers):
                    await stack.enter_async_context(background(f"committer-{number}", self._commit_forever))
                yield
        finally:
            self._is_stopped = True
            self._finish(self._queue)
            self._queue.clear()

    async def _commit_forever(self) -> None:
        while True:
            await self._has_writes.wait()
            group = self._take_group()
            if group:
                try:
                    await self._commit(group)
                finally:
                    self._finish(group)

    def _take_group(self) -> list[_QueuedWrite]:
        group: list[_QueuedWrite] = []
        items = 0
        while self._queue and (not group or items + self._queue[0][0].item_count <= self._limits.group_items_max):
            queued = self._queue.popleft()
            items += queued[0].item_count
            group.append(queued)
        if not self._queue:
            self._has_writes.clear()
        if group:
            GROUPS.observe(items)
        return group

    def _finish(self, group: Iterable[_QueuedWrite]) -> None:
        self._count(-sum(write.item_count for write, _ in group))
        for _, future in group:
            if not future.done():
                future.set_exception(_stopping())

    async def _commit(self, group: Sequence[_QueuedWrite]) -> None:
        firsts, repeats = _split_repeats(group)
        try:
            responses = await self._store_with_retries([write for write, _ in firsts])
        except RadiantError as error:
            if len(firsts) > 1 and not isinstance(error, Unavailable):
                await self._commit_one_by_one(firsts, repeats)
                return
            responses = [error] * len(firsts)
        except Exception as error:
            if len(firsts) > 1:
                log.exception("group of writes failed, retrying each write on its own")
                await self._commit_one_by_one(firsts, repeats)
                return
            _fail(group, error)
            return
        self._learner.notify()
        for (write, future), response in zip(firsts, responses, strict=True):
            for each in (future, *repeats.get(_key(write), ())):
                _resolve(each, response)

    async def _commit_one_by_one(self, firsts: Sequence[_QueuedWrite], repeats: _Repeats) -> None:
        for write, future in firsts:
            await self._commit([(write, future), *((write, each) for each in repeats.get(_key(write), ()))])

    async def _store_with_retries(self, writes: Sequence[Write]) -> Sequence[Response]:
        for attempt in range(ATTEMPTS_MAX):
            try:
                return await self._store.commit(writes)
            except Conflict:
                if attempt == ATTEMPTS_MAX - 1:
                    message = f"Concurrent requests changed the same rows in {ATTEMPTS_MAX} attempts. Retry later."
                    raise Unavailable(message, RETRY_AFTER, reason="CONTENTION") from None
                await asyncio.sleep(FIRST_RETRY_S * 2**attempt)
        raise AssertionError("unreachable")


def _key(write: Write) -> _RequestKey:
    return write.tenant_id, write.request_id.int


def _split_repeats(group: Sequence[_QueuedWrite]) -> tuple[list[_QueuedWrite], _Repeats]:
    """Separates repeats of requests of the same group; refuses other requests with a used identifier."""
    firsts: dict[_RequestKey, _QueuedWrite] = {}
    repeats: _Repeats = {}
    for write, future in group:
        first_write, first_future = firsts.setdefault(_key(write), (write, future))
        if first_future is future:
            continue
        if first_write.fingerprint == write.fingerprint and first_write.method == write.method:
            repeats.setdefault(_key(write), []).append(future)
        else:
            _resolve(future, request_id_reused(write))
    return list(firsts.values()), repeats


def _resolve(future: asyncio.Future[bytes], response: Response) -> None:
    if future.done():
        return
    if isinstance(response, bytes):
        future.set_result(response)
    else:
        future.set_exception(response)


def _stopping() -> Unavailable:
    return Unavailable("The service is stopping. Retry on another connection.", RETRY_AFTER, reason="STOPPING")


def _fail(group: Sequence[_QueuedWrite], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(error)
