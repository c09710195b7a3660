"""Hostile clients: thousands of idle streams, streams without reads, messages above the limits."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc

from bench.performance.figures import quantiles_ms
from bench.performance.stack import Process, token
from bench.resilience.overload.load import Target, closed_loop, resident_mib
from bench.resilience.overload.saturation import INGEST, many_signals, one_signal
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2

STREAMS_A_CONNECTION = 100
FILES_KEPT = 2_000
UNREAD_STREAMS, UNREAD_BATCHES = 20, 2_000
P99_MS_MAX = 1_000.0
GROWTH_MIB_MAX = 400.0
DEPTH = 200


async def run(ingest: Process, streams: int) -> tuple[dict[str, Any], list[str]]:
    """Returns the measurements and the violated bounds."""
    report: dict[str, Any] = {"depth": DEPTH}
    problems: list[str] = []
    report["huge_message"] = await _status(ingest, _huge())
    report["deep_value"] = await _status(ingest, deep_value(DEPTH))
    if report["huge_message"] != "RESOURCE_EXHAUSTED":
        problems.append(f"a message above the size limit ended with {report['huge_message']}")
    if report["deep_value"] != "INVALID_ARGUMENT":
        problems.append(f"a value nested {DEPTH} deep ended with {report['deep_value']}")
    report["unread"] = await _unread(ingest)
    report["idle"] = await _idle(ingest, min(streams, _most()))
    for name in ("unread", "idle"):
        if report[name]["p99_ms"] > P99_MS_MAX:
            problems.append(f"{name} streams: p99 of another client is {report[name]['p99_ms']} ms")
        if report[name]["memory_grew_mib"] > GROWTH_MIB_MAX:
            problems.append(f"{name} streams: memory grew by {report[name]['memory_grew_mib']} MiB")
        if report[name]["failed"]:
            problems.append(f"{name} streams: {report[name]['failed']} calls of another client failed")
    return report, problems


def _most() -> int:
    """Returns the number of streams that the limit on open files permits, with 100 streams per connection."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(0, soft - FILES_KEPT) * STREAMS_A_CONNECTION


def _huge() -> bytes:
    return b"\x12\x80\x80\x80\x08" + bytes(16 * 1024 * 1024)


def deep_value(depth: int) -> bytes:
    """Returns a signal request with a value nested `depth` deep. It is encoded by hand: libraries limit the depth."""
    value = b""
    for _ in range(depth):
        entry = _field(1, b"a") + _field(2, _field(5, value))  # an entry of a Struct: a key, and a Value with a Struct
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


async def _measure_other_caller(ingest: Process, before: float) -> dict[str, Any]:
    """Measures the latency of a normal client of another tenant, and the memory growth."""
    served = await closed_loop(
        Target(ingest.address, INGEST + "SubmitImplicitSignal", one_signal, 10.0, "globex"), 3.0, 4
    )
    p50, p99 = quantiles_ms(served.durations) if served.durations else (0.0, float("inf"))
    return {
        "p50_ms": round(p50, 2),
        "p99_ms": round(p99, 2),
        "calls": len(served.durations),
        "failed": served.offered - len(served.durations),
        "memory_grew_mib": round(resident_mib(ingest.pid) - before, 1),
    }


async def _unread(ingest: Process) -> dict[str, Any]:
    """Opens streams that send batches and read no answers."""
    before = resident_mib(ingest.pid)
    async with grpc.aio.insecure_channel(ingest.address) as channel:
        open_stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(INGEST + "StreamSignals")
        calls = [open_stream(metadata=token("acme")) for _ in range(UNREAD_STREAMS)]
        sent = [0] * len(calls)

        async def send(number: int) -> None:
            for _ in range(UNREAD_BATCHES):
                await calls[number].write(_batch())
                sent[number] += 1

        writers = [asyncio.create_task(send(number)) for number in range(len(calls))]
        await asyncio.wait(writers, timeout=10)
        found = await _measure_other_caller(ingest, before)
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
    """Opens streams that send nothing, 100 per connection."""
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
            open_stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channels[
                number % len(channels)
            ].stream_stream(INGEST + "StreamSignals")
            calls.append(open_stream(nothing(), metadata=token("acme")))
            if number % 200 == 0:
                await asyncio.sleep(0.02)
        await asyncio.sleep(2)
        found = await _measure_other_caller(ingest, before)
        refused = sum(call.done() for call in calls)
        return {"streams": streams, "refused": refused, **found}
    finally:
        over.set()
        for call in calls:
            call.cancel()
        for channel in channels:
            await channel.close()
