"""Notifications of the learner: writes do not depend on Redis."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
import redis.asyncio

from cli.embedded.process import free_port
from ingest.notify.learner import LOST
from kit.channels import LEARNER_WAKE_UP
from tests.ingest.fixtures.conditions import wait_until
from tests.ingest.fixtures.service import IngestService, manifest, open_service, thumb
from tests.support.servers import Apart, running_valkey

SLOW_S = 3.0


def lost_notifications() -> float:
    """Returns the number of notifications that this process could not send."""
    (metric,) = LOST.collect()
    return float(metric.samples[0].value)


async def submit_and_check(service: IngestService, prefix: str) -> None:
    """Submits concurrent writes and checks that all are stored within 3 s."""
    begun = time.monotonic()
    calls = (service.call("SubmitExplicitFeedback", thumb(f"{prefix}{index}")) for index in range(40))
    await asyncio.gather(service.call("RecordManifest", manifest(f"{prefix}m")), *calls)
    assert time.monotonic() - begun < SLOW_S
    query = "SELECT count(*) FROM ingest.learn_queue WHERE output_id LIKE $1"
    assert await service.number(query, f"{prefix}%") == 41


async def test_writes_with_unreachable_redis_are_acknowledged(database_url: str) -> None:
    before = lost_notifications()
    async with open_service(database_url, f"redis://127.0.0.1:{free_port()}/0") as service:
        await submit_and_check(service, "a")
        await wait_until(lambda: lost_notifications() > before)
        await submit_and_check(service, "b")


async def test_writes_without_redis_are_acknowledged(database_url: str) -> None:
    before = lost_notifications()
    async with open_service(database_url, "") as service:
        await submit_and_check(service, "a")
    assert lost_notifications() == before


async def test_writes_after_redis_stops_are_acknowledged(database_url: str, apart: Apart) -> None:
    with running_valkey(apart) as server:
        async with open_service(database_url, server.url) as service:
            await submit_and_check(service, "before")
            before = lost_notifications()
            apart.run(server.stop())
            await submit_and_check(service, "away")
            await wait_until(lambda: lost_notifications() > before)
            await submit_and_check(service, "still")


async def test_writes_with_unresponsive_redis_are_acknowledged(database_url: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        before = lost_notifications()
        async with open_service(database_url, f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as service:
            await submit_and_check(service, "a")
            await wait_until(lambda: lost_notifications() > before)


@pytest.mark.parametrize("writes", [1, 50])
async def test_commit_publishes_notification(database_url: str, redis_url: str, writes: int) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        await heard.subscribe(LEARNER_WAKE_UP)
        assert (await heard.get_message(timeout=5))["type"] == "subscribe"
        async with open_service(database_url, redis_url) as service:
            await asyncio.gather(
                *(service.call("SubmitExplicitFeedback", thumb(f"o{index}")) for index in range(writes))
            )
            message = await heard.get_message(timeout=5)
    assert message is not None
    assert message["type"] == "message"
