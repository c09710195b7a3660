"""Exhaustion of connections and calls: idle streams, calls without a message, slow headers, many connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.resources import OTHER_ADDRESS, connect
from bench.resilience.attack.target import STATS, Target
from bench.resilience.chaos.faults.proxy import Proxy
from kit.rpc.connections.settings import raise_file_limit

GROUP = Group("connections")
STREAMS, STREAMS_PER_CONNECTION = 6_000, 100
OTLP_STREAMS = 140
SLOW_CONNECTIONS, SLOW_SECONDS_MAX = 500, 30.0
CONNECTIONS = 1_100
OTHERS_S_MAX = 2.0
HOLD_S = 3.0
ROUNDS, OPEN_PAUSE_S = 2, 0.05
"""Calls that the server ended are opened again in the next round. It ends calls that arrive too fast."""
WATCH = "/grpc.health.v1.Health/Watch"
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
OPTIONS = (("grpc.use_local_subchannel_pool", 1),)


@GROUP.attack("6,000 health streams without a token", "other callers of ingest within 2 s")
async def health_streams(target: Target) -> Outcome:
    """Opens idle streams of the health service from another address."""
    body = health_pb2.HealthCheckRequest().SerializeToString()
    return await _idle_calls(target, lambda channel: channel.unary_stream(WATCH)(body, timeout=60), STREAMS)


@GROUP.attack("6,000 calls without a message", "other callers of ingest within 2 s")
async def calls_without_message(target: Target) -> Outcome:
    """Opens calls of a unary method whose message never arrives, without a token."""
    return await _idle_calls(target, lambda channel: _open_call(channel, STATS), STREAMS)


async def _idle_calls(target: Target, open_call: Callable[[grpc.aio.Channel], Any], count: int) -> Outcome:
    raise_file_limit()
    async with contextlib.AsyncExitStack() as stack:
        proxy = await _proxy(stack, target.addresses["ingest"])
        connections = count // STREAMS_PER_CONNECTION
        channels = [await stack.enter_async_context(_channel(proxy.port)) for _ in range(connections)]
        opened: list[Any] = []
        stack.callback(lambda: [call.cancel() for call in opened])
        async with target.probing("ingest") as latency:
            for _ in range(ROUNDS):
                for channel in channels:
                    missing = count - len(opened)
                    opened += [open_call(channel) for _ in range(min(missing, STREAMS_PER_CONNECTION))]
                    await asyncio.sleep(OPEN_PAUSE_S)
                await asyncio.sleep(HOLD_S)
                opened[:] = [call for call in opened if not call.done()]
    return Outcome(count, latency.is_within(OTHERS_S_MAX), f"{latency}; {len(opened)} calls stay open")


@GROUP.attack("140 calls without a message to the OTLP receiver", "an export of another connection within 2 s")
async def otlp_streams(target: Target) -> Outcome:
    """Opens calls on one connection of the OTLP receiver, then exports over another connection."""
    async with contextlib.AsyncExitStack() as stack:
        channel = await stack.enter_async_context(_channel(target.otlp_port))
        calls = [_open_call(channel, EXPORT) for _ in range(OTLP_STREAMS)]
        stack.callback(lambda: [call.cancel() for call in calls])
        await asyncio.sleep(HOLD_S)
        other = await stack.enter_async_context(_channel(target.otlp_port))
        begun, code = time.monotonic(), "OK"
        try:
            metadata = (("authorization", target.bearer("acme")),)
            export: Any = other.unary_unary(EXPORT)
            await export(b"", metadata=metadata, timeout=5)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
        seconds = time.monotonic() - begun
    return Outcome(OTLP_STREAMS, code == "OK" and seconds <= OTHERS_S_MAX, f"export: {code} after {seconds:.2f} s")


@GROUP.attack("500 connections with a trickling header", "at least 95 % closed within 30 s, health within 2 s")
async def trickling_headers(target: Target) -> Outcome:
    """Sends a byte of a header every two seconds on each connection."""
    raise_file_limit()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(each) for each in _connections(target.addresses["gateway"], SLOW_CONNECTIONS)]
        for each in slow:
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        begun, closed = time.monotonic(), 0
        async with target.probing("gateway") as latency:
            while time.monotonic() < begun + SLOW_SECONDS_MAX and closed < 0.95 * len(slow):
                await asyncio.sleep(2)
                closed = sum(_is_closed(each) for each in slow)
        seconds = time.monotonic() - begun
    is_held = closed >= 0.95 * len(slow) and latency.is_within(OTHERS_S_MAX)
    return Outcome(len(slow), is_held, f"{closed} closed after {seconds:.0f} s; health: {latency}")


@GROUP.attack("1,100 idle connections of one address", "other addresses reach the gateway within 2 s")
async def many_connections(target: Target) -> Outcome:
    """Opens connections to the gateway from another address and sends nothing."""
    raise_file_limit()
    with contextlib.ExitStack() as stack:
        for each in _connections(target.addresses["gateway"], CONNECTIONS):
            stack.enter_context(each)
        async with target.probing("gateway") as latency:
            await asyncio.sleep(HOLD_S)
    return Outcome(CONNECTIONS, latency.is_within(OTHERS_S_MAX), f"health: {latency}")


@GROUP.attack("Content-Length together with Transfer-Encoding", "400 and the connection is closed")
async def two_lengths(target: Target) -> Outcome:
    """Sends a request whose length is ambiguous, followed by a smuggled request."""
    host, _, port = target.addresses["gateway"].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = "POST /api/v2/feedback/explicit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    lengths = f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write((head + lengths).encode() + body)
    try:
        async with asyncio.timeout(10):
            content = await reader.read()
            is_closed = True
    except TimeoutError:
        content, is_closed = b"", False
    writer.close()
    status = content.split(b" ", 2)[1].decode() if content.startswith(b"HTTP/1.1 ") else "no answer"
    answers = content.count(b"HTTP/1.1 ")
    is_held = status == "400" and is_closed and answers == 1
    return Outcome(1, is_held, f"{status}, {answers} answers, {'closed' if is_closed else 'open'}")


def _open_call(channel: grpc.aio.Channel, method: str) -> Any:
    """Opens a call of a unary method and sends no message."""
    stub: Any = channel.stream_unary(method)
    return stub(timeout=60)


async def _proxy(stack: contextlib.AsyncExitStack, address: str) -> Proxy:
    proxy = Proxy(int(address.rpartition(":")[2]), source=OTHER_ADDRESS)
    await proxy.start()
    stack.push_async_callback(proxy.close)
    return proxy


def _channel(port: int) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)


def _connections(address: str, count: int) -> Iterator[socket.socket]:
    """Yields connections; ends early when the server accepts no more."""
    for _ in range(count):
        try:
            yield connect(address)
        except OSError:
            return


def _is_closed(connection: socket.socket) -> bool:
    """Sends a byte and returns whether the peer closed the connection."""
    connection.setblocking(False)
    try:
        connection.send(b"a")
        return connection.recv(4096) == b"" or _is_closed(connection)
    except BlockingIOError:
        return False
    except OSError:
        return True
