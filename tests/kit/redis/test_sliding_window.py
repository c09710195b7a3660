"""Rate limits over all processes: events within a window, counted in Redis."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from kit.redis.client import open_redis
from kit.redis.sliding_window import SlidingWindow
from tests.support.servers import Apart, running_valkey

HOUR = timedelta(hours=1)


async def test_window_counts_all_keys_of_a_request_or_none(redis_url: str) -> None:
    async with open_redis(redis_url) as client:
        window = SlidingWindow(client, 3, HOUR)
        assert window.is_complete
        assert await window.wait("r1", {"a": 2}) is None
        wait = await window.wait("r2", {"a": 2, "b": 1})
        assert wait is not None
        assert timedelta(minutes=59) < wait <= HOUR
        assert await window.wait("r3", {"b": 3}) is None, "b was not counted with the refused request"


async def test_window_counts_a_repeated_request_once(redis_url: str) -> None:
    async with open_redis(redis_url) as client:
        window = SlidingWindow(client, 3, HOUR)
        for _ in range(5):
            assert await window.wait("r1", {"a": 2}) is None
        assert await window.wait("r2", {"a": 1}) is None
        assert await window.wait("r3", {"a": 1}) is not None


async def test_window_admits_again_when_events_leave_it(redis_url: str) -> None:
    async with open_redis(redis_url) as client:
        window = SlidingWindow(client, 1, timedelta(milliseconds=50))
        assert await window.wait("r1", {"a": 1}) is None
        async with asyncio.timeout(5):
            for number in itertools.count():
                if await window.wait(f"again-{number}", {"a": 1}) is None:
                    break


async def test_window_without_redis_is_incomplete_and_admits() -> None:
    async with open_redis("redis://127.0.0.1:1") as client:
        window = SlidingWindow(client, 1, HOUR)
        assert window.is_complete
        assert await window.wait("r1", {"a": 5}) is None
        assert not window.is_complete
    assert not SlidingWindow(None, 1, HOUR).is_complete


async def test_window_on_a_redis_that_lost_its_counts_is_incomplete(apart: Apart, redis_url: str) -> None:
    with running_valkey(apart) as server:
        async with open_redis(server.url) as client:
            await client.config_set("appendonly", "no")  # the configuration file of the server keeps it on
            window = SlidingWindow(client, 1, HOUR)
            assert await window.wait("r1", {"a": 1}) is None
            assert not window.is_complete
            young = SlidingWindow(client, 1, timedelta(milliseconds=1))
            await young.wait("r1", {"b": 1})
            async with asyncio.timeout(5):
                while not young.is_complete:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    async with open_redis(redis_url) as client:
        kept = SlidingWindow(client, 1, HOUR)
        await kept.wait("r1", {"a": 1})
        assert kept.is_complete, "an append-only file keeps the counts"
