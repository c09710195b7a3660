"""User rate limit: exact with Redis, and enforced from stored rows without Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
import redis.asyncio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from cli.embedded.process import free_port
from ingest.settings import IngestSettings
from kit.redis import client as redis_client
from kit.redis import sliding_window
from radiant.ingest.v1 import ingest_service_pb2 as pb
from tests.ingest.fixtures.evaluators import register
from tests.ingest.fixtures.service import CALLER, IngestService, new_id, open_service, reason_of, signal, thumb, vote
from tests.support.servers import Apart, running_valkey
from tests.support.suite import token

LIMIT = 50
METHOD = "SubmitExplicitFeedback"
LIMITED = {"RADIANT_EXPLICIT_PER_USER_HOUR": str(LIMIT)}


@pytest.fixture
async def ingest(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IngestService]:
    """Yields the running service with the user rate limit; a slow machine does not count as an outage of Redis."""
    monkeypatch.setattr(redis_client, "TIMEOUT", timedelta(seconds=10))
    async with open_service(database_url, redis_url, LIMITED) as service:
        yield service


async def outcome(service: IngestService, request: Any, **more: Any) -> str:
    """Returns "ok" or the reason of the refusal."""
    try:
        await service.call(METHOD, request, **more)
    except grpc.aio.AioRpcError as refusal:
        told = error_details_pb2.RetryInfo()
        status = rpc_status.from_call(refusal)
        waits = [told.retry_delay.ToTimedelta() for each in status.details if each.Unpack(told)] if status else []
        in_time = len(waits) == 1 and timedelta() < waits[0] <= timedelta(hours=1)
        exhausted = refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        return reason_of(refusal) if in_time and exhausted else str(refusal)
    return "ok"


async def submit_concurrently(service: IngestService, prefix: str, count: int, user: str = "u") -> list[str]:
    """Submits concurrent votes of one user and returns their outcomes."""
    return await asyncio.gather(*(outcome(service, thumb(f"{prefix}{n}", user=user)) for n in range(count)))


async def fill_limit(service: IngestService) -> None:
    """Checks that exactly the allowed number of votes is stored, of concurrent and of sequential ones."""
    assert (await submit_concurrently(service, "a", 45)).count("ok") == 45
    assert (await submit_concurrently(service, "b", 15)).count("ok") == 5
    assert await outcome(service, thumb("c")) == "USER_PACE"
    assert await outcome(service, thumb("c", user="other")) == "ok"
    assert await outcome(service, thumb("c"), caller=token("globex")) == "ok"
    stored = "SELECT count(*) FROM ingest.explicit_feedback WHERE tenant_id = 'acme' AND user_id = 'u'"
    assert await service.number(stored) == LIMIT


async def test_votes_above_hourly_limit_are_refused(ingest: IngestService) -> None:
    await fill_limit(ingest)


async def test_votes_older_than_an_hour_no_longer_count(ingest: IngestService, redis_url: str) -> None:
    await fill_limit(ingest)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        keys = [each async for each in client.scan_iter("*acme*pace:*")]
        assert all(len(each.rpartition(b":")[2]) == 32 for each in keys), "keys contain digests of user ids"
        (key,) = [each for each in keys if await client.zcard(each) == LIMIT]
        oldest = await client.zrange(key, 0, 2)
        await client.zadd(key, {member.decode(): 1.0 for member in oldest if isinstance(member, bytes)})
        assert 0 < await client.pttl(key) <= 3_600_000
    assert (await submit_concurrently(ingest, "d", 6)).count("ok") == 3


async def test_repeat_counts_once_and_gets_response(ingest: IngestService) -> None:
    requests = [thumb(f"o{index}") for index in range(LIMIT)]
    for _ in range(2):
        assert [await outcome(ingest, each) for each in requests] == ["ok"] * LIMIT
    assert await outcome(ingest, thumb("more")) == "USER_PACE"
    assert await outcome(ingest, requests[7]) == "ok"


async def test_repeat_unknown_to_redis_gets_response(ingest: IngestService, redis_url: str) -> None:
    first = thumb("first")
    assert await outcome(ingest, first) == "ok"
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushall()
    assert (await submit_concurrently(ingest, "a", LIMIT)).count("ok") == LIMIT
    assert await outcome(ingest, first) == "ok"
    assert await outcome(ingest, thumb("next")) == "USER_PACE"


async def test_refused_vote_is_not_stored_and_can_be_retried(ingest: IngestService, redis_url: str) -> None:
    await fill_limit(ingest)
    late = thumb("late")
    assert await outcome(ingest, late) == "USER_PACE"
    assert await ingest.number("SELECT count(*) FROM ingest.learn_queue WHERE output_id = 'late'") == 0
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushall()
    assert await outcome(ingest, late) == "ok"


async def acks(service: IngestService, *batches: pb.StreamSignalsRequest) -> dict[str, pb.StreamSignalsResponse]:
    """Sends batches one by one on a stream and returns the acknowledgements by batch."""
    call = service.stub.StreamSignals(metadata=CALLER, timeout=30)
    found: dict[str, pb.StreamSignalsResponse] = {}
    for each in batches:
        await call.write(each)
        ack: Any = await call.read()
        found[ack.batch_id] = ack
    await call.done_writing()
    return found


async def test_batch_above_limit_is_refused_as_a_whole(ingest: IngestService) -> None:
    fits = pb.StreamSignalsRequest(batch_id=new_id(), feedback=[vote(f"a{n}") for n in range(48)])
    over = pb.StreamSignalsRequest(
        batch_id=new_id(),
        feedback=[vote("x", user="other"), *(vote(f"b{n}") for n in range(3))],
        signals=[signal("x")],
    )
    still = pb.StreamSignalsRequest(batch_id=new_id(), feedback=[vote(f"c{n}") for n in range(2)])
    silent = pb.StreamSignalsRequest(batch_id=new_id(), signals=[signal(f"s{n}") for n in range(200)])
    found = await acks(ingest, fits, over, still, silent, fits)
    refusal = found[over.batch_id].refusal
    assert (refusal.reason, refusal.retryable) == ("USER_PACE", True)
    assert 0 < refusal.retry_after_ms <= 3_600_000
    assert await ingest.number("SELECT count(*) FROM ingest.implicit_signals WHERE output_id = 'x'") == 0
    assert await ingest.number("SELECT count(*) FROM ingest.explicit_feedback WHERE user_id = 'other'") == 0
    assert {found[each.batch_id].accepted_count for each in (fits, still, silent)} == {48, 2, 200}


async def test_limit_follows_setting(database_url: str, redis_url: str) -> None:
    environ = {"RADIANT_DATABASE_URL": "postgresql://u@h/d", "RADIANT_TOKEN_KEY": "k" * 32}
    assert IngestSettings.from_env(environ).limits.explicit_per_user_hour_max == LIMIT
    async with open_service(database_url, redis_url, {"RADIANT_EXPLICIT_PER_USER_HOUR": "3"}) as service:
        assert (await submit_concurrently(service, "a", 5)).count("ok") == 3
    async with open_service(database_url, redis_url, {"RADIANT_EXPLICIT_PER_USER_HOUR": "0"}) as service:
        assert (await submit_concurrently(service, "b", 80)).count("ok") == 80


@pytest.mark.parametrize("address", ["", "redis://127.0.0.1:{}/0"])
async def test_limit_without_redis_counts_rows(database_url: str, address: str) -> None:
    async with open_service(database_url, address.format(free_port()), LIMITED) as service:
        await fill_limit(service)
        again = thumb("again", user="v")
        assert [await outcome(service, again) for _ in range(2)] == ["ok", "ok"]
        assert (await submit_concurrently(service, "v", 60, "v")).count("ok") == 49
        assert await outcome(service, again) == "ok"


async def test_limit_without_redis_ignores_rows_older_than_an_hour(database_url: str) -> None:
    async with open_service(database_url, "", LIMITED) as service:
        await fill_limit(service)
        await service.rows("UPDATE ingest.explicit_feedback SET updated_at = now() - interval '61 minutes'")
        assert await outcome(service, thumb("later")) == "ok"


async def test_limit_holds_while_redis_is_down_and_after_data_loss(
    database_url: str, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sliding_window, "RETRY_S", 0.0)
    with running_valkey(apart) as server:
        async with open_service(database_url, server.url, LIMITED) as service:
            assert (await submit_concurrently(service, "a", 30)).count("ok") == 30
            apart.run(server.stop())
            assert (await submit_concurrently(service, "b", 30)).count("ok") == 20
            apart.run(server.start())
            async with redis.asyncio.Redis.from_url(server.url) as client:
                await client.flushall()
            assert (await submit_concurrently(service, "c", 5)).count("ok") == 0


async def test_limit_exempts_registered_evaluators_of_service_callers_only(database_url: str, redis_url: str) -> None:
    async with open_service(database_url, redis_url, {"RADIANT_EXPLICIT_PER_USER_HOUR": "2"}) as service:
        for name in ("relevance", "mine"):
            await register(service, name)
        for number in range(6):
            await service.call("SubmitExplicitFeedback", thumb(f"o-{number}", user="evaluator:relevance"))
        expert = token("acme", "expert")
        for number in range(2):
            await service.call("SubmitExplicitFeedback", thumb(f"p-{number}", user="evaluator:mine"), expert)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await service.call("SubmitExplicitFeedback", thumb("p-9", user="evaluator:mine"), expert)
        assert reason_of(refused.value) == "USER_PACE"


SPELLINGS = ("Alice", "alice", "ALICE ", "\u200balice", "al\u00adice", "\uff41lice", "\u3000aliCE\ufeff", "alice\ufe0f")
"""Ids of one user and ids that differ from them in case."""


@pytest.mark.parametrize("has_redis", [True, False])
async def test_spellings_of_a_user_share_the_limit(database_url: str, redis_url: str, has_redis: bool) -> None:
    async with open_service(database_url, redis_url if has_redis else "", LIMITED) as service:
        votes = [thumb(f"o{n}", user=SPELLINGS[n % len(SPELLINGS)]) for n in range(LIMIT)]
        assert [await outcome(service, each) for each in votes] == ["ok"] * LIMIT
        for number, spelling in enumerate(SPELLINGS):
            assert await outcome(service, thumb(f"more{number}", user=spelling)) == "USER_PACE", ascii(spelling)
        assert await outcome(service, thumb("other", user="alicia")) == "ok"
        users = await service.rows("SELECT DISTINCT user_id FROM ingest.explicit_feedback")
    assert {row["user_id"] for row in users} == {"ALICE", "Alice", "aliCE", "alice", "alicia"}


async def test_batch_with_spellings_of_a_user_counts_all_of_them(ingest: IngestService) -> None:
    fits = pb.StreamSignalsRequest(batch_id=new_id(), feedback=[vote(f"a{n}", user="Ada") for n in range(LIMIT - 1)])
    over = pb.StreamSignalsRequest(batch_id=new_id(), feedback=[vote("b", user="ada"), vote("c", user="ADA")])
    found = await acks(ingest, fits, over)
    assert found[fits.batch_id].accepted_count == LIMIT - 1
    assert found[over.batch_id].refusal.reason == "USER_PACE"
