"""Calls and connections that stay idle: they end in time and take nothing from other callers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from kit.rpc.connections.peers import address_of
from kit.rpc.connections.settings import ConnectionSettings
from kit.rpc.quota import QuotaSettings
from radiant.ingest.v1 import ingest_service_pb2 as ingest
from tests.kit.fixtures.http2_pings import PREFACE
from tests.kit.fixtures.scripted_servicer import METHODS, Outcome, Script, Serving, good_requests, serving
from tests.support.suite import token

SERVING = health_pb2.HealthCheckResponse.SERVING
UNARY = f"/{METHODS.full_name}/SubmitImplicitSignal"
WATCH = "/grpc.health.v1.Health/Watch"
CHECK = "/grpc.health.v1.Health/Check"
CONNECTIONS, CALLS, CALLS_AT_ONCE = 5, 5000, 250
"""More calls than a server runs at the same time, and fewer at once than it queues."""


class Attacker:
    """A client without a token that opens calls and sends nothing."""

    def __init__(self, served: Serving) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{served.port}", options=options)
        self._over = asyncio.Event()
        self.calls: list[Any] = []

    def open(self, path: str, count: int, *, message: bytes | None = None, metadata: Any = None) -> None:
        """Opens calls; each sends the message, if one is given, and stays open."""
        start: Any = self._channel.stream_stream(path)
        self.calls += [start(self._requests(message), metadata=metadata) for _ in range(count)]

    @property
    def held(self) -> int:
        """Number of calls that are open."""
        return sum(not call.done() for call in self.calls)

    async def _requests(self, message: bytes | None) -> AsyncIterator[bytes]:
        if message is not None:
            yield message
        await self._over.wait()

    async def close(self) -> None:
        """Ends the calls and the connection."""
        self._over.set()
        for call in self.calls:
            call.cancel()
        await self._channel.close()


@contextlib.asynccontextmanager
async def attackers(served: Serving, count: int = 1) -> AsyncIterator[list[Attacker]]:
    opened = [Attacker(served) for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


async def until(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        await asyncio.sleep(0.02)


async def status_of(call: Any) -> grpc.StatusCode:
    code: grpc.StatusCode = await asyncio.wait_for(call.code(), 10)
    return code


async def test_thousands_of_idle_calls_without_token_leave_other_callers_served() -> None:
    async with serving(Script()) as served:
        async with attackers(served, CONNECTIONS) as opened:
            limit = ConnectionSettings().anonymous_per_peer_max
            for number in range(CALLS // CALLS_AT_ONCE):
                attacker = opened[number % CONNECTIONS]
                path, message = (WATCH, b"") if number % 2 else (UNARY, None)
                attacker.open(path, CALLS_AT_ONCE, message=message)
                await until(lambda: sum(each.held for each in opened) <= limit)
            assert served.server._peers.total == limit
            health = health_pb2_grpc.HealthStub(served.channel)
            for _ in range(20):
                begun = time.monotonic()
                outcome = await served.call("unary_unary", timeout=20)
                assert outcome.code is grpc.StatusCode.OK, outcome.error
                assert (await health.Check(health_pb2.HealthCheckRequest(), timeout=20)).status == SERVING
                assert time.monotonic() - begun < 2
        await until(lambda: served.server._peers.total == 0 and served.server._messages.waiting == 0)


async def test_call_without_token_is_refused_before_its_message() -> None:
    async with serving(Script()) as served, attackers(served) as (attacker,):
        attacker.open(UNARY, 1)
        assert await status_of(attacker.calls[0]) is grpc.StatusCode.UNAUTHENTICATED


async def test_call_whose_message_never_comes_ends_in_time() -> None:
    script = Script()
    async with serving(script, connections=ConnectionSettings(message_wait_max=timedelta(milliseconds=300))) as served:
        async with attackers(served) as (attacker,):
            attacker.open(UNARY, 3, metadata=token("acme", "service"))
            for call in attacker.calls:
                assert await status_of(call) is grpc.StatusCode.DEADLINE_EXCEEDED
                assert await call.details() == "The request message did not arrive within 0.3 s. Send it with the call."
        assert (await served.call("unary_unary")).code is grpc.StatusCode.OK
        assert served.server._messages.waiting == 0
    assert len(script.requests) == 1


async def test_calls_without_a_message_do_not_take_the_places_of_other_calls() -> None:
    async with serving(Script(), running_calls_max=1) as served, attackers(served) as (attacker,):
        attacker.open(UNARY, 20, metadata=token("acme", "service"))
        await until(lambda: served.server._messages.waiting == 20)
        assert (await served.call("unary_unary", timeout=5)).code is grpc.StatusCode.OK


async def test_calls_without_a_message_beyond_the_quota_of_the_tenant_are_refused() -> None:
    async with serving(Script(), quotas=QuotaSettings(pending_calls=5)) as served, attackers(served) as (attacker,):
        attacker.open(UNARY, 5, metadata=token("acme", "service"))
        await until(lambda: served.server._messages.waiting == 5)
        outcome: Outcome = await served.call("unary_unary")
        assert outcome.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert outcome.info.reason == "QUOTA_EXCEEDED"
        other = await served.call("unary_unary", metadata=[(k, str(v)) for k, v in token("globex", "service")])
        assert other.code is grpc.StatusCode.OK


async def test_stop_of_server_ends_calls_without_a_message_and_logs_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Script()) as served, attackers(served) as (attacker,):
        attacker.open(UNARY, 3, metadata=token("acme", "service"))
        await until(lambda: served.server._messages.waiting == 3)
        await served.server.stop(timedelta())
        for call in attacker.calls:
            assert await status_of(call) in (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("kit.rpc.calls")] == []


async def test_call_that_ends_without_a_message_is_invalid() -> None:
    async with serving(Script()) as served:
        call: Any = served.channel.stream_unary(UNARY)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(iter(()), metadata=token("acme", "service"))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_health_check_whose_message_never_comes_ends_in_time() -> None:
    async with (
        serving(Script(), connections=ConnectionSettings(message_wait_max=timedelta(milliseconds=200))) as served,
        attackers(served) as (attacker,),
    ):
        attacker.open(CHECK, 5)
        attacker.open(WATCH, 5)
        for call in attacker.calls:
            assert await status_of(call) is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_watches_and_reflection_beyond_the_limit_of_an_address_are_refused() -> None:
    limits = ConnectionSettings(anonymous_per_peer_max=3)
    async with serving(Script(), connections=limits) as served, attackers(served) as (attacker,):
        attacker.open(WATCH, 3, message=b"")
        await until(lambda: served.server._peers.total == 3)
        attacker.open(WATCH, 1, message=b"")
        assert await status_of(attacker.calls[-1]) is grpc.StatusCode.RESOURCE_EXHAUSTED
        stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        assert await status_of(call) is grpc.StatusCode.RESOURCE_EXHAUSTED
        health = health_pb2_grpc.HealthStub(served.channel)
        assert (await health.Check(health_pb2.HealthCheckRequest())).status == SERVING


async def test_watch_shows_draining() -> None:
    async with serving(Script()) as served:
        watch = health_pb2_grpc.HealthStub(served.channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        await served.server.set_serving(False)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()


async def test_compressed_request_is_refused() -> None:
    async with (
        serving(Script()) as served,
        grpc.aio.insecure_channel(f"127.0.0.1:{served.port}", compression=grpc.Compression.Gzip) as channel,
    ):
        call: Any = channel.unary_unary(UNARY)
        message = ingest.SubmitImplicitSignalRequest(tenant_id="a" * 2000).SerializeToString()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(message, metadata=token("acme", "service"))
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        plain: Any = served.channel.unary_unary(UNARY)
        await plain(good_requests("unary_unary")[0].SerializeToString(), metadata=token("acme", "service"))


async def closed(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Returns whether the server closes the connection in time."""
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(seconds):
            while await reader.read(4096):
                pass
    return True


@pytest.mark.parametrize("sent", [b"", PREFACE[:10], PREFACE], ids=["nothing", "part of the preface", "settings alone"])
async def test_connection_without_calls_is_closed_in_time(sent: bytes) -> None:
    limits = ConnectionSettings(handshake_max=timedelta(seconds=0.5), idle_max=timedelta(seconds=1))
    async with serving(Script(), connections=limits) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        try:
            writer.write(sent)
            assert await closed(reader, 10)
        finally:
            writer.close()


async def test_connections_beyond_the_limit_are_closed_at_once() -> None:
    async with serving(Script(), connections=ConnectionSettings(connections_max=2)) as served:
        assert (await served.call("unary_unary")).code is grpc.StatusCode.OK
        opened = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
        try:
            waits = [asyncio.create_task(closed(reader, 60)) for reader, _ in opened]
            done, _ = await asyncio.wait(waits, timeout=5, return_when=asyncio.FIRST_COMPLETED)
            assert done, "no connection was closed"
            assert (await served.call("unary_unary")).code is grpc.StatusCode.OK
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        finally:
            for _, writer in opened:
                writer.close()


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:192.0.2.7:4711", "192.0.2.7"),
        ("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:4711", "2001:db8:1:2::/64"),
        ("ipv6:[2001:db8:1:2::9]:80", "2001:db8:1:2::/64"),
        ("ipv6:[::ffff:192.0.2.7]:80", "192.0.2.7"),
        ("ipv6:%5Bfe80::1%25eth0%5D:80", "fe80::/64"),
        ("unix:/run/socket", "unix:/run/socket"),
    ],
)
def test_address_of_peer_has_no_port(peer: str, address: str) -> None:
    assert address_of(peer) == address
