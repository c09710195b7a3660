"""Watch streams: snapshot, changes, heartbeats and limits."""

from __future__ import annotations

import asyncio
import time
from statistics import median

import pytest

from neural.recommendation import watch as watch_module
from radiant.neural.v1 import learning_service_pb2
from tests.neural.fixtures.service import OPERATOR, NeuralService, open_service, wait_until
from tests.neural.fixtures.stream import WatchedTable
from tests.support.suite import token

FRESH_S = 1.0


async def wait_until_learned(service: NeuralService, units: int) -> None:
    """Waits until a number of units is learned and published."""

    async def is_published() -> bool:
        rows = await service.rows("SELECT count(*) FROM neural.unit_contributions")
        waiting = await service.rows("SELECT count(*) FROM neural.publish_queue")
        return bool(rows[0][0] >= units and waiting[0][0] == 0)

    await wait_until(10, is_published)


async def test_stream_sends_snapshot_then_changes_within_a_second(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await service.feedback.rate("m", [1], "ann")
        await service.feedback.for_tenant("globex").rate("secret", [1], "ann")
        await wait_until_learned(service, 2)
        table = WatchedTable(service, user_ids=["ann"])
        places = await table.take()
        contexts = (("chat", "general"), ("chat", ""), ("", ""))
        assert sorted(places) == sorted((user, *context) for user in ("", "ann") for context in contexts)
        seconds = []
        for number in range(2, 6):
            await service.feedback.rate("m", [1], "ann")
            start = time.monotonic()
            await table.until_best(("m", number), "", "ann")
            seconds.append(time.monotonic() - start)
        assert median(seconds) < FRESH_S
        assert "secret" not in str(table.entries)
        for entry in table.entries.values():
            assert sum(each.propensity for each in entry.models) == pytest.approx(1)
        table.close()


async def test_stream_contains_only_selected_users_and_tasks(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await service.feedback.rate("m", [1], "ann")
        await service.feedback.rate("m", [1], "bob", task="code")
        await wait_until_learned(service, 2)
        table = WatchedTable(service, user_ids=["bob"], task_types=["code"])
        assert {place[1] for place in await table.take()} == {"code", ""}
        await service.feedback.rate("m", [1], "ann")
        await service.feedback.rate("m", [1], "bob", task="code")
        await table.until(lambda: table.entries["", "code", "general"].models[0].sample_size == 2)
        await table.until(lambda: table.entries["bob", "code", "general"].models[0].sample_size == 2)
        assert {place[:2] for place in table.entries} == {("", ""), ("", "code"), ("bob", ""), ("bob", "code")}
        table.close()


async def test_stream_without_changes_sends_heartbeats(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watch_module.HEARTBEAT_INTERVAL_S <= 10
    monkeypatch.setattr(watch_module, "HEARTBEAT_INTERVAL_S", 0.1)
    async with open_service(database_url, redis_url) as service:
        table = WatchedTable(service, token("nobody", "service"))
        assert [await table.take() for _ in range(4)] == [[]] * 4
        table.close()


async def test_stream_after_rebuild_sends_all_entries(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url) as service:
        await service.feedback.rate("m", [1], "ann")
        await wait_until_learned(service, 1)
        table = WatchedTable(service, user_ids=["ann"])
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


async def test_stream_above_limit_is_rejected(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "WATCHERS_MAX", 1)
    async with open_service(database_url, redis_url) as service:
        first, second = WatchedTable(service), WatchedTable(service)
        outcomes = await asyncio.gather(first.take(), second.take(), return_exceptions=True)
        assert sorted(isinstance(each, BaseException) for each in outcomes) == [False, True]
        assert "RESOURCE_EXHAUSTED" in str(outcomes)
        first.close()
        second.close()
