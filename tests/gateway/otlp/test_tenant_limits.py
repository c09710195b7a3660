"""Tests of the limits of each tenant, and of calls and connections of the gRPC receiver without messages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.otlp.grpc_receiver import TRACE_SERVICE
from gateway.otlp.settings import ConnectionLimits, ItemLimits
from tests.gateway.fixtures.connection import open_connection
from tests.gateway.fixtures.gateway import ACME, GLOBEX
from tests.gateway.fixtures.otlp import (
    CHAT,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_event,
    otlp_gateway,
    span,
    trace_request,
)
from tests.ingest.fixtures import service as ingest
from tests.kit.fixtures.http2_pings import acknowledged_pings

REFUSED_STREAM = {grpc.StatusCode.UNAVAILABLE}
"""Code of calls above the limit of a connection that a client begins before it receives the limit. It may retry."""
BODY = trace_request(span(1)).SerializeToString()


@contextlib.asynccontextmanager
async def upload_in_progress(gateway: OtlpGateway, size_bytes: int) -> AsyncIterator[Any]:
    """Yields the reader and writer of a request whose last byte is not sent; the gateway reads the body."""
    head = (
        "POST /v1/traces HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/x-protobuf\r\n"
        f"Authorization: {ACME['authorization']}\r\nContent-Length: {size_bytes}\r\nExpect: 100-continue\r\n\r\n"
    )
    async with open_connection(gateway.http_port) as (reader, writer):
        writer.write(head.encode())
        assert b" 100 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        yield reader, writer


async def test_tenant_at_its_limit_of_requests_gets_429_and_other_tenants_do_not(
    intake: ingest.IngestService,
) -> None:
    async with otlp_gateway(intake, tenant_requests_max=2) as gateway, contextlib.AsyncExitStack() as stack:
        busy = [await stack.enter_async_context(upload_in_progress(gateway, len(BODY))) for _ in range(2)]
        rejected = await gateway.post("traces", BODY)
        assert (rejected.status_code, rejected.headers["retry-after"]) == (429, "1")
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await gateway.call("traces", BODY)
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await gateway.post("traces", BODY, caller=GLOBEX)).status_code == 200
        for reader, writer in busy:
            writer.write(BODY)
            assert b" 200 " in await asyncio.wait_for(reader.readline(), 10)
        assert (await gateway.post("traces", BODY)).status_code == 200


async def test_tenant_at_its_limit_of_bytes_gets_429_and_other_tenants_do_not(intake: ingest.IngestService) -> None:
    limits = {"tenant_bytes_max": 2000, "message_bytes_max": 1500}
    async with otlp_gateway(intake, **limits) as gateway, upload_in_progress(gateway, 1400) as (_, writer):
        writer.write(b"\0" * 1399)
        body = trace_request(span(1, {**CHAT, "input.value": "x" * 1000})).SerializeToString()
        async with asyncio.timeout(10):
            while (await gateway.post("traces", body)).status_code != 429:
                pass  # the gateway has not received the other body yet
        assert (await gateway.post("traces", body, caller=GLOBEX)).status_code == 200


@contextlib.asynccontextmanager
async def calls_without_message(
    gateway: OtlpGateway, count: int, caller: Mapping[str, str]
) -> AsyncIterator[list[Any]]:
    """Yields open calls of one connection whose message is never sent."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel:
        export: Any = channel.stream_unary(f"/{TRACE_SERVICE}/Export")
        calls = [export(metadata=tuple(caller.items())) for _ in range(count)]
        yield calls
        for call in calls:
            call.cancel()


async def test_calls_without_token_and_message_do_not_block_the_receiver(gateway: OtlpGateway) -> None:
    invented = {"authorization": "Bearer x"}
    async with calls_without_message(gateway, 300, invented) as calls:
        codes = {await asyncio.wait_for(call.code(), 20) for call in calls}
        assert codes - REFUSED_STREAM <= {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert grpc.StatusCode.UNAUTHENTICATED in codes
        assert await gateway.call("traces", BODY) == b""


async def test_calls_without_message_end_at_the_timeout_and_limit_their_tenant_only(
    intake: ingest.IngestService,
) -> None:
    connection = ConnectionLimits(message_timeout=timedelta(seconds=1))
    async with (
        otlp_gateway(intake, connection=connection, tenant_requests_max=8) as gateway,
        calls_without_message(gateway, 140, ACME) as calls,
    ):
        assert await gateway.call("traces", BODY, GLOBEX) == b""
        codes = {await asyncio.wait_for(call.code(), 20) for call in calls}
        assert codes - REFUSED_STREAM == {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}
        assert await gateway.call("traces", BODY, ACME) == b""


async def test_call_that_ends_without_message_is_invalid(gateway: OtlpGateway) -> None:
    async with calls_without_message(gateway, 1, ACME) as (call,):
        await call.done_writing()
        assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_health_check_succeeds_beside_calls_without_message(gateway: OtlpGateway) -> None:
    async with (
        calls_without_message(gateway, 90, ACME),
        grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel,
    ):
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_idle_connection_of_the_receiver_is_closed(intake: ingest.IngestService) -> None:
    connection = ConnectionLimits(message_timeout=timedelta(seconds=1), idle_timeout=timedelta(seconds=1))
    async with (
        otlp_gateway(intake, connection=connection) as gateway,
        open_connection(gateway.grpc_port) as (silent, _),
        open_connection(gateway.grpc_port) as (idle, writer),
    ):
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        for reader in (silent, idle):
            await asyncio.wait_for(reader.read(), 20)


async def test_idle_connection_that_pings_at_the_allowed_rate_stays_open(intake: ingest.IngestService) -> None:
    connection = ConnectionLimits(keepalive_min=timedelta(milliseconds=20))
    async with otlp_gateway(intake, connection=connection) as gateway:
        assert await acknowledged_pings(gateway.grpc_port, 0.03, 20) == 20


async def test_spans_with_too_many_evaluations_are_reported_in_the_partial_success(
    intake: ingest.IngestService,
) -> None:
    events = [evaluation_event(evaluation()) for _ in range(3)]
    async with otlp_gateway(intake, item=ItemLimits(evaluations_max=5)) as gateway:
        answer = await gateway.export_spans(span(1, CHAT, events=events), span(2, CHAT, events=events))
        assert answer.partial_success.rejected_spans == 1
        assert "at most 5 evaluations" in answer.partial_success.error_message
        assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(1), derived_output_id(2)]
        assert [each["output_id"] for each in await gateway.votes()] == [derived_output_id(1)]


async def test_compressed_calls_of_export_and_health_service_are_decompressed(gateway: OtlpGateway) -> None:
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        assert await gateway.call("traces", BODY, compression=compression) == b""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}", compression=compression) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            answer = await health.Check(health_pb2.HealthCheckRequest(service=TRACE_SERVICE), timeout=10)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(1)]


async def test_watches_of_one_address_are_limited_apart_from_checks(intake: ingest.IngestService) -> None:
    connection = ConnectionLimits(peer_watches_max=3)
    async with (
        otlp_gateway(intake, connection=connection) as gateway,
        grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        watches = [health.Watch(health_pb2.HealthCheckRequest()) for _ in range(3)]
        for watch in watches:
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        assert await health.Watch(health_pb2.HealthCheckRequest()).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=10)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        for watch in watches:
            watch.cancel()
