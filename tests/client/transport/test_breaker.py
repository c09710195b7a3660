"""The circuit breaker: when it opens, that it lets one probe pass, and when it closes."""

import asyncio
import contextlib
import time

import grpc
import pytest

from radiant_client import (
    Breaker,
    CircuitOpen,
    DeadlineExceeded,
    Ingest,
    InvalidRequest,
    Radiant,
    RadiantClientError,
    Unavailable,
    open_channel,
)
from tests.client.fixtures.fake_services import Refusal, Suite, suite
from tests.client.fixtures.spool_clients import QUICK
from tests.support.suite import free_port


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Gives the time."""
        return self.now


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    """Lets a call pass that fails."""
    error = error or Unavailable("away")
    with pytest.raises(type(error)), breaker.watching():
        raise error


def state_of(breaker: Breaker) -> str:
    """Gives the state of a breaker."""
    return breaker.state


def test_it_opens_after_failures_in_a_row_and_a_probe_decides() -> None:
    clock = Time()
    breaker = Breaker("host:1", failures=3, first_pause=1.0, longest_pause=4.0, clock=clock)
    fail(breaker)
    fail(breaker, DeadlineExceeded("slow"))
    with breaker.watching():
        pass
    for _ in range(2):
        fail(breaker)
    assert (breaker.state, breaker.failures) == ("closed", 2)
    fail(breaker)
    assert breaker.state == "open"
    with pytest.raises(CircuitOpen, match="host:1") as caught, breaker.watching():
        raise AssertionError("it let a call pass")
    assert caught.value.retry_after is not None
    assert 0.9 < caught.value.retry_after.total_seconds() <= 1.2
    clock.now += breaker.retry_in
    assert state_of(breaker) == "half_open"
    with contextlib.suppress(Unavailable), breaker.watching():
        with pytest.raises(CircuitOpen), breaker.watching():
            raise AssertionError("it let two probes pass")
        raise Unavailable("still away")
    assert breaker.state == "open"
    assert 1.9 < breaker.retry_in <= 2.4
    clock.now += breaker.retry_in
    with breaker.watching():
        pass
    assert (breaker.state, breaker.failures, breaker.refused) == ("closed", 0, 2)


@pytest.mark.parametrize("answer", [InvalidRequest("bad"), RadiantClientError("odd")])
def test_a_refusal_is_an_answer(answer: RadiantClientError) -> None:
    breaker = Breaker(failures=2)
    fail(breaker)
    fail(breaker, answer)
    fail(breaker)
    assert breaker.state == "closed"


def test_a_probe_that_is_given_up_lets_the_next_one_pass() -> None:
    clock = Time()
    breaker = Breaker(failures=1, clock=clock)
    fail(breaker)
    clock.now += breaker.retry_in
    fail(breaker, KeyError())
    with breaker.watching():
        pass
    assert breaker.state == "closed"


def test_a_probe_without_end_keeps_nobody_waiting_for_ever() -> None:
    clock = Time()
    breaker = Breaker(failures=1, clock=clock)
    fail(breaker)
    clock.now += breaker.retry_in
    with breaker.watching():
        clock.now += 11.0
        with breaker.watching():
            pass
        assert breaker.state == "closed"


def test_many_breakers_do_not_come_back_at_once() -> None:
    pauses = set()
    for _ in range(20):
        breaker = Breaker(failures=1, clock=Time())
        fail(breaker)
        pauses.add(breaker.retry_in)
    assert len(pauses) > 10


async def test_calls_fail_at_once_and_come_back_with_the_service() -> None:
    port = free_port()
    breaker = Breaker("it", failures=2, first_pause=0.3)
    connection = open_channel(f"127.0.0.1:{port}", options=QUICK, breaker=breaker)
    ingest = Ingest(connection)
    try:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await ingest.submit_signal("o", "u", "regenerate")
        began = time.monotonic()
        for _ in range(50):
            with pytest.raises(CircuitOpen):
                await ingest.submit_signal("o", "u", "regenerate")
        assert time.monotonic() - began < 0.2
        async with suite(port) as served:
            async with asyncio.timeout(15):
                while breaker.state != "closed":
                    await asyncio.sleep(breaker.retry_in)
                    with contextlib.suppress(Unavailable):
                        await ingest.submit_signal("o", "u", "regenerate")
            assert len(served.ingest.requests) == 1
    finally:
        await connection.close()


async def test_a_service_that_is_away_for_a_moment_gets_the_same_request_again(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.steps = [Refusal(grpc.StatusCode.UNAVAILABLE)] * 2
    await ingest.submit_feedback("o", "u", "positive")
    assert len(fake.ingest.requests) == 3
    assert len({one.SerializeToString() for one in fake.ingest.requests}) == 1


async def test_what_may_have_taken_effect_is_not_sent_again(fake: Suite, ingest: Ingest) -> None:
    fake.ingest.steps = [Refusal(grpc.StatusCode.INTERNAL)]
    with pytest.raises(RadiantClientError):
        await ingest.submit_feedback("o", "u", "positive")
    assert len(fake.ingest.requests) == 1


async def test_health_shows_each_service(fake: Suite) -> None:
    away = f"127.0.0.1:{free_port()}"
    async with await Radiant.connect(
        ingest=fake.address, neural=away, token="t", default_model="m", ready_timeout=0.01, rpc_pause=0.0
    ) as radiant:
        await radiant.ingest.submit_signal("o", "u", "regenerate")
        for _ in range(5):
            assert (await radiant.choose("u", "chat")).source == "default"
        health = radiant.health()
        assert not health.reachable
        assert (health.services["ingest"].state, health.services["ingest"].address) == ("closed", fake.address)
        neural = health.services["neural"]
        assert (neural.state, neural.address, neural.failures) == ("open", away, 5)
        assert neural.retry_in_s > 0.0
        assert health.table.source == "default"
