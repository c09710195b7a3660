"""Circuit breaker: when it opens, when it allows a probe, and when it closes."""

import asyncio
import contextlib
import time

import grpc
import pytest

from cli.embedded.process import free_port
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
from tests.client.fixtures.fake_services import FakeSuite, StatusError, fake_suite
from tests.client.fixtures.spool_clients import FAST_RECONNECT


class ManualClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Returns the time in seconds."""
        return self.now


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    """Runs a call that fails."""
    error = error or Unavailable("unreachable")
    with pytest.raises(type(error)), breaker.watching():
        raise error


def state_of(breaker: Breaker) -> str:
    """Returns the state of a breaker."""
    return breaker.state


def test_breaker_after_consecutive_failures_opens_until_a_probe_succeeds() -> None:
    clock = ManualClock()
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
        raise AssertionError("the call ran although the breaker is open")
    assert caught.value.retry_after is not None
    assert 0.9 < caught.value.retry_after.total_seconds() <= 1.2
    clock.now += breaker.retry_in
    assert state_of(breaker) == "half_open"
    with contextlib.suppress(Unavailable), breaker.watching():
        with pytest.raises(CircuitOpen), breaker.watching():
            raise AssertionError("a second probe ran")
        raise Unavailable("still unreachable")
    assert breaker.state == "open"
    assert 1.9 < breaker.retry_in <= 2.4
    clock.now += breaker.retry_in
    with breaker.watching():
        pass
    assert (breaker.state, breaker.failures, breaker.refused) == ("closed", 0, 2)


@pytest.mark.parametrize("response", [InvalidRequest("bad"), RadiantClientError("odd")])
def test_breaker_after_error_response_resets_the_failures(response: RadiantClientError) -> None:
    breaker = Breaker(failures=2)
    fail(breaker)
    fail(breaker, response)
    fail(breaker)
    assert breaker.state == "closed"


def test_probe_cancelled_by_the_caller_allows_the_next_probe() -> None:
    clock = ManualClock()
    breaker = Breaker(failures=1, clock=clock)
    fail(breaker)
    clock.now += breaker.retry_in
    fail(breaker, KeyError())
    with breaker.watching():
        pass
    assert breaker.state == "closed"


def test_probe_longer_than_the_limit_allows_the_next_probe() -> None:
    clock = ManualClock()
    breaker = Breaker(failures=1, clock=clock)
    fail(breaker)
    clock.now += breaker.retry_in
    with breaker.watching():
        clock.now += 11.0
        with breaker.watching():
            pass
        assert breaker.state == "closed"


def test_breakers_opened_together_have_different_pauses() -> None:
    pauses = set()
    for _ in range(20):
        breaker = Breaker(failures=1, clock=ManualClock())
        fail(breaker)
        pauses.add(breaker.retry_in)
    assert len(pauses) > 10


async def test_calls_to_unreachable_service_fail_immediately_and_succeed_after_its_restart() -> None:
    port = free_port()
    breaker = Breaker("it", failures=2, first_pause=0.3)
    connection = open_channel(f"127.0.0.1:{port}", options=FAST_RECONNECT, breaker=breaker)
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
        async with fake_suite(port) as served:
            async with asyncio.timeout(15):
                while breaker.state != "closed":
                    await asyncio.sleep(breaker.retry_in)
                    with contextlib.suppress(Unavailable):
                        await ingest.submit_signal("o", "u", "regenerate")
            assert len(served.ingest.requests) == 1
    finally:
        await connection.close()


async def test_call_to_briefly_unavailable_service_repeats_the_same_request(fake: FakeSuite, ingest: Ingest) -> None:
    fake.ingest.responses = [StatusError(grpc.StatusCode.UNAVAILABLE)] * 2
    await ingest.submit_feedback("o", "u", "positive")
    assert len(fake.ingest.requests) == 3
    assert len({one.SerializeToString() for one in fake.ingest.requests}) == 1


async def test_call_with_internal_error_is_not_repeated(fake: FakeSuite, ingest: Ingest) -> None:
    fake.ingest.responses = [StatusError(grpc.StatusCode.INTERNAL)]
    with pytest.raises(RadiantClientError):
        await ingest.submit_feedback("o", "u", "positive")
    assert len(fake.ingest.requests) == 1


async def test_health_with_unreachable_service_shows_its_open_breaker(fake: FakeSuite) -> None:
    unreachable = f"127.0.0.1:{free_port()}"
    async with await Radiant.connect(
        ingest=fake.address, neural=unreachable, token="t", default_model="m", ready_timeout=0.01, rpc_pause=0.0
    ) as radiant:
        await radiant.ingest.submit_signal("o", "u", "regenerate")
        for _ in range(5):
            assert (await radiant.choose("u", "chat")).source == "default"
        health = radiant.health()
        assert not health.reachable
        assert (health.services["ingest"].state, health.services["ingest"].address) == ("closed", fake.address)
        neural = health.services["neural"]
        assert (neural.state, neural.address, neural.failures) == ("open", unreachable, 5)
        assert neural.retry_in_s > 0.0
        assert health.table.source == "default"
