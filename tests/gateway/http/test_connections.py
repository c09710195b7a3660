"""Tests of the limits and timeouts of connections, by raw connections."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.http.connections.table import RESERVE
from gateway.http.settings import ConnectionLimits, Tls
from tests.gateway.fixtures.connection import Connection, listening_gateway, open_connection, request_head
from tests.gateway.fixtures.process import check_health, measured_health
from tests.gateway.fixtures.scripted_services import ScriptedGateway

TIMEOUT = timedelta(seconds=0.4)
HEAD = b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n"


@contextlib.asynccontextmanager
async def limited(scripted: ScriptedGateway, tls: Tls | None = None, **limits: Any) -> AsyncIterator[int]:
    """Yields the port of a gateway; `limits` are members of ConnectionLimits."""
    connections = ConnectionLimits(**{"header_timeout": TIMEOUT, **limits})
    http = replace(scripted.settings.http, connections=connections, tls=tls or Tls())
    async with listening_gateway(scripted, http) as port:
        yield port


async def is_closed(reader: asyncio.StreamReader, timeout_s: float = 5) -> bool:
    """Returns whether the gateway closes the connection within the timeout; reads what it sends."""
    try:
        async with asyncio.timeout(timeout_s):
            await reader.read()
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


async def trickle(writer: asyncio.StreamWriter, content: bytes) -> None:
    """Sends a byte every 50 ms until the connection is closed."""
    with contextlib.suppress(ConnectionError):
        for index in range(len(content)):
            writer.write(content[index : index + 1])
            await writer.drain()
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def idle_connections(port: int, count: int, host: str = "127.0.0.1") -> AsyncIterator[list[Connection]]:
    """Yields connections from an address, on each of which a part of a request was sent."""
    opened: list[Connection] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
            writer.write(HEAD)
            opened.append((reader, writer))
        yield opened
    finally:
        for _, writer in opened:
            writer.close()


async def closed_count(connections: list[Connection], expected: int) -> int:
    """Returns the number of closed connections once it reaches the expected number, or after 5 s."""

    def count() -> int:
        return sum(reader.at_eof() or reader.exception() is not None for reader, _ in connections)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while count() < expected:  # noqa: ASYNC110 - a stream has no event of its end
                await asyncio.sleep(0.01)
    return count()


async def test_connection_with_trickling_headers_is_closed(scripted: ScriptedGateway) -> None:
    async with limited(scripted) as port, open_connection(port) as (reader, writer):
        begun = time.monotonic()
        sending = asyncio.create_task(trickle(writer, HEAD + b"X-Note: " + b"a" * 1000))
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        assert await is_closed(reader)
        assert time.monotonic() - begun < 5
        sending.cancel()


async def test_connection_without_a_request_is_closed(scripted: ScriptedGateway) -> None:
    async with limited(scripted) as port, open_connection(port) as (reader, _):
        assert await is_closed(reader)


async def test_trickling_headers_of_a_later_request_and_an_unread_body_are_limited(scripted: ScriptedGateway) -> None:
    later = HEAD + b"\r\n", HEAD + b"X-Note: " + b"a" * 1000
    unread = b"POST /nothing HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n", b"a" * 1000
    async with limited(scripted) as port:
        for complete, trickling in (later, unread):
            async with open_connection(port) as (reader, writer):
                writer.write(complete)
                await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
                sending = asyncio.create_task(trickle(writer, trickling))
                assert await is_closed(reader)
                sending.cancel()


async def test_idle_connection_is_kept_for_its_time(scripted: ScriptedGateway) -> None:
    async with limited(scripted, keep_alive=TIMEOUT * 4) as port, open_connection(port) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        await asyncio.wait_for(reader.readuntil(b'"serving"}'), 5)
        assert not await is_closed(reader, TIMEOUT.total_seconds() * 2)
        assert await is_closed(reader)


async def test_connection_without_tls_handshake_is_closed(scripted: ScriptedGateway, certificate: Tls) -> None:
    async with limited(scripted, certificate) as port, open_connection(port) as (reader, _):
        assert await is_closed(reader)


async def test_client_that_reads_no_response_is_disconnected(scripted: ScriptedGateway) -> None:
    request = b"GET /api/openapi.json HTTP/1.1\r\nHost: gateway\r\n\r\n"
    async with limited(scripted, write_timeout=TIMEOUT) as port, open_connection(port) as (_, writer):
        transport: Any = writer.transport
        transport.pause_reading()
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(request * 20)
                    await writer.drain()
                    await asyncio.sleep(0.01)


async def test_health_check_succeeds_while_idle_connections_reach_the_limit(scripted: ScriptedGateway) -> None:
    limits: dict[str, Any] = {"connections_max": 20, "peer_connections_max": 1000, "header_timeout": timedelta(30)}
    async with (
        limited(scripted, **limits) as port,
        measured_health(port) as health,
        idle_connections(port, 150) as opened,
    ):
        assert await closed_count(opened, 130) >= 130
        assert await check_health(port)
    assert (health.failures, health.worst_s < 2) == (0, True)


async def test_connections_of_one_address_do_not_close_those_of_another(scripted: ScriptedGateway) -> None:
    limits: dict[str, Any] = {"connections_max": 60, "peer_connections_max": 5, "header_timeout": timedelta(30)}
    async with (
        limited(scripted, **limits) as port,
        idle_connections(port, 3) as own,
        idle_connections(port, 40, "127.0.0.2") as others,
    ):
        assert await closed_count(others, 35) == 35
        assert await closed_count(own, 0) == 0
        assert await check_health(port)


async def test_requests_in_progress_at_the_limit_leave_the_health_check(scripted: ScriptedGateway) -> None:
    body = b'{"text":"a"}'
    head = request_head("/voice/translate", "application/json", len(body))
    async with limited(scripted, connections_max=4) as port, contextlib.AsyncExitStack() as stack:
        busy = [await stack.enter_async_context(open_connection(port)) for _ in range(4)]
        for _, writer in busy:
            writer.write(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        for reader, _ in busy:
            assert b" 100 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        async with open_connection(port) as (reader, writer):
            writer.write(b"GET /api/openapi.json HTTP/1.1\r\nHost: gateway\r\n\r\n")
            answer = await asyncio.wait_for(reader.read(), 5)
            assert b" 503 " in answer.splitlines()[0]
            assert b"TOO_MANY_CONNECTIONS" in answer
        assert await check_health(port)
        idle = await stack.enter_async_context(idle_connections(port, RESERVE + 20))
        assert await closed_count(idle, 20) >= 20
        assert await check_health(port)
        for reader, writer in busy:
            writer.write(body)
            assert b" 200 " in await asyncio.wait_for(reader.readline(), 5)


@pytest.mark.parametrize("is_behind_proxy", [False, True])
async def test_limit_of_an_address_is_not_applied_behind_a_proxy(
    scripted: ScriptedGateway, is_behind_proxy: bool
) -> None:
    limits: dict[str, Any] = {"peer_connections_max": 5, "header_timeout": timedelta(30)}
    async with (
        limited(scripted, Tls(is_behind_proxy=is_behind_proxy), **limits) as port,
        idle_connections(port, 20) as opened,
    ):
        assert await check_health(port)
        assert await closed_count(opened, 0 if is_behind_proxy else 15) == (0 if is_behind_proxy else 16)
