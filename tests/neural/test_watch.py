"""Streams of the table: all of it first, then what changes, and signs of life."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

import pytest

from neural.recommendation import watch as watch_module
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2
from tests.neural.serving import ACME, OPERATOR, Serving, serving, within
from tests.support.suite import token

FRESH_S = 1.0


class Table:
    """A client's table, fed by a stream."""

    def __init__(self, service: Serving, caller: Any = ACME, **interest: Any) -> None:
        """Opens the stream."""
        self.entries: dict[tuple[str, str, str], recommend_service_pb2.TableEntry] = {}
        self.version = self.empty = 0
        request = recommend_service_pb2.WatchRecommendationsRequest(**interest)
        self._call = service.recommend.WatchRecommendations(request, metadata=caller)

    async def take(self) -> list[tuple[str, str, str]]:
        """Takes parts until one is complete and returns the places of its entries."""
        places: list[tuple[str, str, str]] = []
        async with asyncio.timeout(10):
            while True:
                part: Any = await self._call.read()
                for entry in part.entries:
                    place = (entry.user_id, entry.task_type, entry.domain_mode)
                    places.append(place)
                    self.entries[place] = entry
                self.version = part.table_version
                if part.snapshot_complete:
                    return places

    async def until(self, condition: Any) -> None:
        """Takes parts until the condition holds."""
        while not condition():
            await self.take()

    def close(self) -> None:
        """Ends the stream."""
        self._call.cancel()

    def best(self, user: str = "") -> tuple[str, int]:
        """Returns the best model of an entry and its units."""
        entry = self.entries[user, "chat", "general"]
        return entry.models[0].model, entry.models[0].sample_size


async def learned(service: Serving, units: int) -> None:
    """Waits until so many units are learned and published."""

    async def done() -> bool:
        rows = await service.rows("SELECT count(*) FROM neural.unit_contributions")
        waiting = await service.rows("SELECT count(*) FROM neural.publish_queue")
        return bool(rows[0][0] >= units and waiting[0][0] == 0)

    await within(10, done)


async def test_all_first_then_changes_within_a_second(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        await service.world.liked("m", [1], "ann")
        await service.world.of("globex").liked("secret", [1], "ann")
        await learned(service, 2)
        table = Table(service, user_ids=["ann"])
        places = await table.take()
        contexts = (("chat", "general"), ("chat", ""), ("", ""))
        assert sorted(places) == sorted((user, *context) for user in ("", "ann") for context in contexts)
        taken = []
        for number in range(2, 6):
            await service.world.liked("m", [1], "ann")
            begun = time.monotonic()
            await table.until(lambda number=number: table.best() == table.best("ann") == ("m", number))
            taken.append(time.monotonic() - begun)
        assert median(taken) < FRESH_S
        assert "secret" not in str(table.entries)
        for entry in table.entries.values():
            assert sum(each.propensity for each in entry.models) == pytest.approx(1)
        table.close()


async def test_only_what_was_asked_for(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        await service.world.liked("m", [1], "ann")
        await service.world.liked("m", [1], "bob", task="code")
        await learned(service, 2)
        table = Table(service, user_ids=["bob"], task_types=["code"])
        assert {place[1] for place in await table.take()} == {"code", ""}
        await service.world.liked("m", [1], "ann")
        await service.world.liked("m", [1], "bob", task="code")
        await table.until(lambda: table.entries["", "code", "general"].models[0].sample_size == 2)
        await table.until(lambda: table.entries["bob", "code", "general"].models[0].sample_size == 2)
        assert {place[:2] for place in table.entries} == {("", ""), ("", "code"), ("bob", ""), ("bob", "code")}
        table.close()


async def test_signs_of_life(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert watch_module.LIFE_S <= 10
    monkeypatch.setattr(watch_module, "LIFE_S", 0.1)
    async with serving(database_url, redis_url) as service:
        table = Table(service, token("nobody", "service"))
        assert [await table.take() for _ in range(4)] == [[]] * 4
        table.close()


async def test_a_new_version_is_sent_whole(database_url: str, redis_url: str) -> None:
    async with serving(database_url, redis_url) as service:
        await service.world.liked("m", [1], "ann")
        await learned(service, 1)
        table = Table(service, user_ids=["ann"])
        before = set(await table.take())
        old = table.version
        request = learning_service_pb2.RunBatchLearningRequest(request_id="018f0000-0000-7000-8000-000000000001")
        report = await service.call("RunBatchLearning", request, OPERATOR)
        assert await service.call("RunBatchLearning", request, OPERATOR) == report
        places: set[tuple[str, str, str]] = set()
        async with asyncio.timeout(10):
            while table.version == old or places != before:
                places = set(await table.take())
        assert table.version == report.table_version > old
        table.close()


async def test_streams_are_bounded(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "WATCHERS_MAX", 1)
    async with serving(database_url, redis_url) as service:
        first, second = Table(service), Table(service)
        outcomes = await asyncio.gather(first.take(), second.take(), return_exceptions=True)
        assert sorted(isinstance(each, BaseException) for each in outcomes) == [False, True]
        assert "RESOURCE_EXHAUSTED" in str(outcomes)
        first.close()
        second.close()
