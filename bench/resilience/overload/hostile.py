"""Callers that mean no good: idle streams by the thousand, streams that nobody reads, messages beyond all limits."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc

from bench.performance.figures import quantiles_ms
from bench.performance.stack import Process, token
from bench.resilience.overload.beyond import INGEST, many_signals, one_signal
from bench.resilience.overload.load import Target, closed, resident_mib
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

STREAMS_A_CONNECTION = 100
FILES_KEPT = 2_000
UNREAD_STREAMS, UNREAD_BATCHES = 20, 2_000
P99_MS_MAX = 1_000.0
GROWTH_MIB_MAX = 400.0
DEPTH = 200


async def play(ingest: Process, streams: int) -> tuple[dict[str, Any], list[str]]:
    """Returns what was measured and what was not as promised."""
    report: dict[str, Any] = {"depth": DEPTH}
    problems: list[str] = []
    report["huge_message"] = await _status(ingest, _huge())
    report["deep_value"] = await _status(ingest, deep_value(DEPTH))
    if report["huge_message"] != "RESOURCE_EXHAUSTED":
        problems.append(f"a huge message ended as {report['huge_message']}")
    if report["deep_value"] != "INVALID_ARGUMENT":
        problems.append(f"a deep value ended as {report['deep_value']}")
    report["unread"] = await _unread(ingest)
    report["idle"] = await _idle(ingest, min(streams, _most()))
    for name in ("unread", "idle"):
        if report[name]["p99_ms"] > P99_MS_MAX:
            problems.append(f"{name} streams: p99 of another caller is {report[name]['p99_ms']} ms")
        if report[name]["memory_grew_mib"] > GROWTH_MIB_MAX:
            problems.append(f"{name} streams: memory grew by {report[name]['memory_grew_mib']} MiB")
        if report[name]["failed"]:
            problems.append(f"{name} streams: {report[name]['failed']} calls of another caller failed")
    return report, problems


def _most() -> int:
    """Returns how many streams the limit of open files allows, at a hundred a connection."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(0, soft - FILES_KEPT) * STREAMS_A_CONNECTION


def _huge() -> bytes:
    return b"\x12\x80\x80\x80\x08" + bytes(16 * 1024 * 1024)


def deep_value(depth: int) -> bytes:
    """Builds a signal whose value is nested so deep, byte by byte: no library would write it."""
    value = b""
    for _ in range(depth):
        entry = _field(1, b"a") + _field(2, _field(5, value))  # a Struct's entry: key, and a Value that holds a Struct
        value = _field(1, entry)
    signal = feedback_pb2.ImplicitSignal(output_id="o", user_id="u", signal_type=feedback_pb2.SIGNAL_TYPE_REGENERATE)
    body = signal.SerializeToString() + _field(5, value)
    return _field(2, str(uuid4()).encode()) + _field(3, body)


def _field(number: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        size.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return bytes([number << 3 | 2]) + bytes(size) + body


async def _status(ingest: Process, body: bytes) -> str:
    async with grpc.aio.insecure_channel(ingest.address) as channel:
        unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(INGEST + "SubmitImplicitSignal")
        try:
            await unary(body, metadata=token("acme"), timeout=20)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"


async def _beside(ingest: Process, before: float) -> dict[str, Any]:
    """Measures a normal caller of another tenant, and the memory since."""
    served = await closed(Target(ingest.address, INGEST + "SubmitImplicitSignal", one_signal, 10.0, "globex"), 3.0, 4)
    p50, p99 = quantiles_ms(served.durations) if served.durations else (0.0, float("inf"))
    return {
        "p50_ms": round(p50, 2),
        "p99_ms": round(p99, 2),
        "calls": len(served.durations),
        "failed": served.offered - len(served.durations),
        "memory_grew_mib": round(resident_mib(ingest.pid) - before, 1),
    }


async def _unread(ingest: Process) -> dict[str, Any]:
    """Streams that send batch after batch and read no ack."""
    before = resident_mib(ingest.pid)
    async with grpc.aio.insecure_channel(ingest.address) as channel:
        opened: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(INGEST + "StreamSignals")
        calls = [opened(metadata=token("acme")) for _ in range(UNREAD_STREAMS)]
        sent = [0] * len(calls)

        async def send(number: int) -> None:
            for _ in range(UNREAD_BATCHES):
                await calls[number].write(_batch())
                sent[number] += 1

        writers = [asyncio.create_task(send(number)) for number in range(len(calls))]
        await asyncio.wait(writers, timeout=10)
        found = await _beside(ingest, before)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        for call in calls:
            call.cancel()
    return {"streams": len(calls), "batches_taken": sum(sent), **found}


def _batch() -> bytes:
    batch = ingest_service_pb2.BatchSubmitImplicitSignalsRequest.FromString(many_signals())
    return ingest_service_pb2.StreamSignalsRequest(batch_id=batch.request_id, signals=batch.signals).SerializeToString()


async def _idle(ingest: Process, streams: int) -> dict[str, Any]:
    """Streams that are open and say nothing, a hundred a connection."""
    before = resident_mib(ingest.pid)
    channels = [
        grpc.aio.insecure_channel(ingest.address, [("grpc.use_local_subchannel_pool", 1)])
        for _ in range(-(-streams // STREAMS_A_CONNECTION))
    ]
    over, calls = asyncio.Event(), []

    async def nothing() -> AsyncIterator[bytes]:
        await over.wait()
        return
        yield b""

    try:
        for number in range(streams):
            opened: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channels[number % len(channels)].stream_stream(
                INGEST + "StreamSignals"
            )
            calls.append(opened(nothing(), metadata=token("acme")))
            if number % 200 == 0:
                await asyncio.sleep(0.02)
        await asyncio.sleep(2)
        found = await _beside(ingest, before)
        refused = sum(call.done() for call in calls)
        return {"streams": streams, "refused": refused, **found}
    finally:
        over.set()
        for call in calls:
            call.cancel()
        for channel in channels:
            await channel.close()
