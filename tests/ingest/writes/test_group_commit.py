"""Group commit: groups, limits, isolation of failures and an orderly stop."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ingest.domain.model import Vote, Write, WriteMethod
from ingest.settings import WriteLimits
from ingest.writes.group_commit import ATTEMPTS_MAX, RETRY_AFTER, GroupCommit
from kit.errors import AlreadyExists, Conflict, DeadlineExceeded, Exhausted, Invalid, RadiantError, Unavailable


def write(items: int = 1, *, request: uuid.UUID | None = None, body: bytes = b"body", tenant: str = "acme") -> Write:
    """Returns a write with a number of items."""
    a_vote = Vote(
        output_id="o",
        user_id="u",
        rating=1,
        categories=(),
        comment="",
        comment_language="",
        source="api",
        user_agent="",
        time_us=0,
    )

    request = request or uuid.uuid4()
    return Write(
        tenant_id=tenant,
        request_id=request,
        stated_id=str(request),
        method=WriteMethod.STREAM_SIGNALS,
        fingerprint=body,
        votes=[a_vote] * items,
    )


class ScriptedStore:
    """A store that records its writes; it can block and fail."""

    def __init__(self) -> None:
        self.groups: list[list[Write]] = []
        self.stored: list[Write] = []
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()
        self.fails: Callable[[Sequence[Write]], BaseException | None] = lambda writes: None
        self.refuses: Callable[[Write], RadiantError | None] = lambda each: None

    async def commit(self, writes: Sequence[Write]) -> Sequence[bytes | RadiantError]:
        """Stores all writes, or raises the error of `fails`."""
        self.groups.append(list(writes))
        self.entered.set()
        await self.open.wait()
        if (error := self.fails(writes)) is not None:
            raise error
        answers = [self.refuses(each) or each.request_id.bytes for each in writes]
        self.stored.extend(each for each in writes if self.refuses(each) is None)
        return answers


class CountingNotifier:
    """A notifier that counts its notifications."""

    def __init__(self) -> None:
        self.notifications = 0

    def notify(self) -> None:
        """Counts a notification."""
        self.notifications += 1


def limits(**changes: Any) -> WriteLimits:
    """Returns limits with one committer, so that groups are predictable."""
    return WriteLimits(**({"committers": 1} | changes))


async def blocked(store: ScriptedStore, queue: GroupCommit) -> asyncio.Task[bytes]:
    """Blocks the committer with a write that waits in the store."""
    store.open.clear()
    task = asyncio.create_task(queue.submit(write()))
    await store.entered.wait()
    return task


async def waiting(queue: GroupCommit, writes: Sequence[Write]) -> list[asyncio.Task[bytes]]:
    """Submits writes and returns once they are in the queue."""
    tasks = [asyncio.create_task(queue.submit(each)) for each in writes]
    await asyncio.sleep(0)
    return tasks


async def results(tasks: Sequence[asyncio.Task[bytes]]) -> list[Any]:
    """Returns responses and errors."""
    async with asyncio.timeout(10):
        return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_concurrent_writes_share_commit_and_get_own_responses() -> None:
    store, learner = ScriptedStore(), CountingNotifier()
    queue = GroupCommit(store, learner, limits())
    async with queue.running():
        first = await blocked(store, queue)
        writes = [write() for _ in range(50)]
        tasks = await waiting(queue, writes)
        store.open.set()
        assert await results(tasks) == [each.request_id.bytes for each in writes]
        await first
    assert [len(group) for group in store.groups] == [1, 50]
    assert learner.notifications == 2


async def test_write_to_idle_queue_is_committed_alone() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        for _ in range(3):
            await asyncio.wait_for(queue.submit(write()), 1)
    assert [len(group) for group in store.groups] == [1, 1, 1]


async def test_groups_respect_size_limit_and_order() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits(group_items_max=10))
    async with queue.running():
        first = await blocked(store, queue)
        writes = [write(size) for size in (4, 4, 4, 30, 1)]
        tasks = await waiting(queue, writes)
        store.open.set()
        await results([first, *tasks])
    assert [[len(each.votes) for each in group] for group in store.groups] == [[1], [4, 4], [4], [30], [1]]
    assert store.stored[1:] == writes


async def test_write_to_full_queue_is_refused() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits(queue_items_max=10))
    async with queue.running():
        first = await blocked(store, queue)
        tasks = await waiting(queue, [write(4), write(5)])
        refused = write(1)
        with pytest.raises(Exhausted) as caught:
            await queue.submit(refused)
        assert (caught.value.retry_after, caught.value.reason) == (RETRY_AFTER, "QUEUE_FULL")
        store.open.set()
        await results([first, *tasks])
        assert refused not in store.stored
        await queue.submit(refused)
    assert refused in store.stored


async def test_queue_after_failures_accepts_writes() -> None:
    store = ScriptedStore()
    store.fails = lambda writes: Unavailable("away")
    queue = GroupCommit(store, CountingNotifier(), limits(queue_items_max=2))
    async with queue.running():
        for _ in range(5):
            with pytest.raises(Unavailable):
                await queue.submit(write(2))


async def test_write_larger_than_queue_is_committed() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits(queue_items_max=5, group_items_max=5))
    async with queue.running():
        assert await asyncio.wait_for(queue.submit(write(100)), 1)


@pytest.mark.parametrize("error", [ValueError("bad"), DeadlineExceeded(), Invalid.field("x", "is bad")], ids=repr)
async def test_failing_write_in_group_fails_alone(error: Exception) -> None:
    store = ScriptedStore()
    bad = write()
    store.fails = lambda writes: error if bad in writes else None
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        first = await blocked(store, queue)
        good = [write() for _ in range(5)]
        tasks = await waiting(queue, [*good[:2], bad, *good[2:]])
        store.open.set()
        outcomes = await results(tasks)
        assert outcomes.pop(2) is error
        assert outcomes == [each.request_id.bytes for each in good]
        await first
    assert store.stored[1:] == good


async def test_refused_write_in_group_leaves_others_stored() -> None:
    store = ScriptedStore()
    taken, good = write(), write()
    store.refuses = lambda each: AlreadyExists("taken") if each is taken else None
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        outcomes = await results(await waiting(queue, [taken, good]))
    assert isinstance(outcomes[0], AlreadyExists)
    assert outcomes[1] == good.request_id.bytes
    assert len(store.groups) == 1


async def test_commit_after_conflict_is_retried() -> None:
    store = ScriptedStore()
    store.fails = lambda writes: Conflict("faster") if len(store.groups) < 3 else None
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        writes = [write(), write()]
        assert await results(await waiting(queue, writes)) == [each.request_id.bytes for each in writes]
    assert len(store.groups) == 3
    assert store.stored == writes


async def test_commit_after_repeated_conflicts_is_unavailable() -> None:
    store = ScriptedStore()
    store.fails = lambda writes: Conflict("faster")
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        with pytest.raises(Unavailable) as caught:
            await queue.submit(write())
    assert caught.value.reason == "CONTENTION"
    assert len(store.groups) == ATTEMPTS_MAX


async def test_group_with_unavailable_store_fails_without_retry() -> None:
    store = ScriptedStore()
    store.fails = lambda writes: Unavailable("away")
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        outcomes = await results(await waiting(queue, [write() for _ in range(20)]))
    assert [type(each) for each in outcomes] == [Unavailable] * 20
    assert len(store.groups) == 1


async def test_repeat_within_group_is_stored_once() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits())
    asked = write()
    same = write(request=asked.request_id)
    other = write(request=asked.request_id, body=b"another body")
    foreign = write(request=asked.request_id, tenant="globex")
    async with queue.running():
        outcomes = await results(await waiting(queue, [asked, same, other, foreign]))
    answer = asked.request_id.bytes
    assert outcomes[0] == outcomes[1] == outcomes[3] == answer
    assert isinstance(outcomes[2], Invalid)
    assert outcomes[2].reason == "REQUEST_ID_REUSED"
    assert store.stored == [asked, foreign]


async def test_cancelled_caller_leaves_other_writes_unaffected() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        first = await blocked(store, queue)
        stays, leaves = write(), write()
        tasks = await waiting(queue, [leaves, stays])
        tasks[0].cancel()
        first.cancel()
        await asyncio.sleep(0)
        store.open.set()
        outcomes = await results(tasks)
        assert isinstance(outcomes[0], asyncio.CancelledError)
        assert outcomes[1] == stays.request_id.bytes
        assert await queue.submit(write())


async def test_stop_refuses_queued_and_running_writes() -> None:
    store = ScriptedStore()
    queue = GroupCommit(store, CountingNotifier(), limits())
    async with queue.running():
        first = await blocked(store, queue)
        tasks = await waiting(queue, [write(), write()])
    for outcome in await results([first, *tasks]):
        assert isinstance(outcome, Unavailable)
        assert outcome.reason == "STOPPING"
    assert store.stored == []


async def test_submit_after_stop_is_unavailable() -> None:
    queue = GroupCommit(ScriptedStore(), CountingNotifier(), limits())
    async with queue.running():
        await queue.submit(write())
    with pytest.raises(Unavailable) as caught:
        await asyncio.wait_for(queue.submit(write()), 1)
    assert caught.value.reason == "STOPPING"
