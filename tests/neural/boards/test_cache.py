"""Cache of boards: newest revision, freshness, and failures of Redis."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import socket
from statistics import median
from typing import Any

import pytest
import redis.asyncio

from cli.embedded.process import free_port
from kit.channels import BOARD_CHANGES, board_key
from kit.redis.client import open_redis
from neural.boards.cache import BoardCache
from neural.domain.boards import decode
from neural.domain.model import ANY, BoardKey
from radiant.neural.v1 import learning_service_pb2
from tests.neural.fixtures.boards import CACHE_KEY, DIGEST, KEY, board, revision
from tests.neural.fixtures.service import NeuralService, open_service, wait_until
from tests.neural.fixtures.stack import LearningStack
from tests.support.servers import Apart, running_valkey

FRESH_S = 1.0


@pytest.mark.parametrize("seed", range(5))
async def test_cache_after_puts_in_any_order_has_newest_board(redis_url: str, seed: int) -> None:
    chance = random.Random(seed)
    numbers = [*range(95, 125), *chance.choices(range(95, 125), k=30)]
    chance.shuffle(numbers)
    async with open_redis(redis_url) as one, open_redis(redis_url) as two:
        caches = [BoardCache(one, DIGEST), BoardCache(two, DIGEST)]
        newest = 0
        while numbers:
            part, numbers = numbers[:3], numbers[3:]
            assert await chance.choice(caches).put([board(revision(number), number) for number in part])
            newest = max([newest, *part])
            found = await caches[0].get([KEY])
            assert found[KEY] == board(revision(newest), newest)


async def test_cache_after_concurrent_puts_has_newest_board(redis_url: str) -> None:
    async with open_redis(redis_url) as client:
        cache = BoardCache(client, DIGEST)
        numbers = list(range(100, 125))
        random.Random(1).shuffle(numbers)
        assert all(await asyncio.gather(*(cache.put([board(revision(number), number)]) for number in numbers)))
        assert (await cache.get([KEY]))[KEY].rows["m"].total == 124


@pytest.mark.parametrize("value", [b"", b"x", b"{}", b"[]", b'{"rows": [[1]]}', b"\xff\xfe", b"null"])
async def test_malformed_cached_value_is_a_miss(redis_url: str, value: bytes) -> None:
    async with open_redis(redis_url) as client:
        await client.set(CACHE_KEY, value)
        cache = BoardCache(client, DIGEST)
        other = dataclasses.replace(KEY, user_id="u")
        await cache.put([board(revision(1), key=other)])
        assert set(await cache.get([KEY, other])) == {other}


async def test_board_of_a_user_has_a_key_without_the_user_id(redis_url: str) -> None:
    async with open_redis(redis_url) as client:
        cache, of_user = BoardCache(client, DIGEST), dataclasses.replace(KEY, user_id="ann@example.com")
        await cache.put([board(revision(1), key=of_user)])
        (name,) = [key async for key in client.scan_iter()]
        assert b"ann" not in name
        assert name.decode() == board_key("acme", DIGEST.of("acme", "ann@example.com"), "chat", "general")
        assert b"ann" not in (await client.get(name) or b"")
        assert await cache.remove_user("acme", "ann@example.com")
        assert await client.keys() == []


async def test_clear_keeps_other_keys(redis_url: str) -> None:
    async with open_redis(redis_url) as client, client.pubsub() as subscription:
        await subscription.subscribe(BOARD_CHANGES)
        cache = BoardCache(client, DIGEST)
        await client.set("other:board:x", "kept")
        await cache.put([board(revision(1)), board(revision(1), key=BoardKey(ANY, ANY, "chat", "general"))])
        assert await cache.clear()
        assert [key async for key in client.scan_iter()] == [b"other:board:x"]
        messages = [await subscription.get_message(timeout=5) for _ in range(2)]
        assert [message and message["data"] for message in messages][1] == b'{"reload": ""}'


async def test_board_is_cached_within_a_second_of_commit(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service, redis.asyncio.Redis.from_url(redis_url) as client:
        seconds = []
        for number in range(1, 6):
            await service.feedback.rate("m", [1])

            async def is_cached(number: int = number) -> bool:
                value: Any = await client.get(CACHE_KEY)
                return value is not None and decode(KEY, value).rows["m"].total == number

            seconds.append(await wait_until(5, is_cached))
        assert median(seconds) < FRESH_S


async def test_recommendation_is_current_within_a_second_of_commit(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await assert_fresh(service, 4)


async def assert_fresh(service: NeuralService, times: int) -> None:
    """Checks that the median delay from a vote to its recommendation is below 1 s."""
    seconds = []
    for _ in range(times):
        before = (await service.ask()).sample_size
        await service.feedback.rate("m", [1])

        async def is_learned(before: int = before) -> bool:
            return (await service.ask()).sample_size == before + 1

        seconds.append(await wait_until(5, is_learned))
    assert median(seconds) < FRESH_S


async def test_redis_restarted_with_stale_boards_is_cleared(database_url: str, apart: Apart) -> None:
    with running_valkey(apart) as server:
        async with open_service(database_url, server.url) as service:
            await assert_fresh(service, 3)
            async with redis.asyncio.Redis.from_url(server.url) as client:
                stale: Any = await client.get(CACHE_KEY)
            apart.run(server.stop())
            await assert_fresh(service, 3)
            assert not (await service.call("GetLearningStatus", status())).cache_available
            apart.run(server.start())
            async with redis.asyncio.Redis.from_url(server.url) as client:
                await client.set(CACHE_KEY, stale)

                async def is_replaced() -> bool:
                    value: Any = await client.get(CACHE_KEY)
                    return value is None or decode(KEY, value).rows["m"].total > 3

                await wait_until(10, is_replaced)
                assert (await service.ask()).sample_size == 6
                await assert_fresh(service, 3)
                assert (await service.ask()).sample_size == 9

                async def is_cached() -> bool:
                    """Writes one vote, and returns whether its board is cached. Writes pause 0.5 s after a failure."""
                    await assert_fresh(service, 1)
                    value: Any = await client.get(CACHE_KEY)
                    return value is not None and decode(KEY, value).rows["m"].total > 9

                await wait_until(10, is_cached)
            assert (await service.call("GetLearningStatus", status())).cache_available


def status() -> Any:
    """Returns a request for the state of learning."""
    return learning_service_pb2.GetLearningStatusRequest()


async def test_recommendation_with_unresponsive_redis_uses_database(database_url: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        async with open_service(database_url, f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as service:
            await service.feedback.rate("m", [1])

            async def is_learned() -> bool:
                return (await service.ask()).sample_size == 1

            await wait_until(5, is_learned)


async def test_staleness_with_redis_is_below_heartbeat_interval(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await service.ask()

        async def has_later_heartbeat() -> bool:
            before = (await service.ask()).staleness_ms
            await asyncio.sleep(0.05)
            return (await service.ask()).staleness_ms < before

        await wait_until(5, has_later_heartbeat)
        assert 0 <= (await service.ask()).staleness_ms < 1500


async def test_staleness_without_redis_is_at_most_entry_ttl(database_url: str) -> None:
    async with open_service(database_url, f"redis://127.0.0.1:{free_port()}/0") as service:
        values = [(await service.ask()).staleness_ms]

        async def is_read_again() -> bool:
            values.append((await service.ask()).staleness_ms)
            return values[-1] < values[-2] and max(values) > 100

        await wait_until(5, is_read_again)
        assert 100 < max(values) < 700
        assert min(values) < 60


async def test_publisher_without_redis_processes_queue(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    await stack.feedback.rate("m", [1])
    await stack.learn()

    async def refuse(*_: object) -> bool:
        return False

    with monkeypatch.context() as patched:
        for name in ("put", "clear"):
            patched.setattr(stack.cache, name, refuse)
        assert await stack.publisher.step() > 0
        assert await stack.publisher.step() == 0
    await stack.cache.put([board(revision(0))])
    await stack.publisher.step()
    assert await stack.cache.get([KEY]) == {}


async def test_clear_cache_during_clear_clears_again(stack: LearningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied = []

    async def slow() -> bool:
        emptied.append(1)
        if len(emptied) == 1:
            stack.publisher.clear_cache()
        return True

    monkeypatch.setattr(stack.cache, "clear", slow)
    for _ in range(3):
        await stack.publisher.step()
    assert len(emptied) == 2
