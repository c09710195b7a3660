"""Cost of validation: many elements in repeated fields, and absurd numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from bench.resilience.attack.api import METHODS, path_of
from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.feed import manifest
from bench.resilience.attack.target import Answer, Target, service_of
from bench.resilience.worst_requests.hostile import varint
from kit.auth.access import access_rule
from radiant.ingest.v1 import ingest_service_pb2

GROUP = Group("cost of a request")
INGEST = "/radiant.ingest.v1.IngestService/"
OTHERS_S_MAX = 1.0
ITEMS, ITEMS_OF_EACH = 100_000, 30_000
SLOW_MAX = 3
"""Slow methods after which no further one is tried."""


@GROUP.attack("100,000 empty manifests in 200 KB", "INVALID_ARGUMENT, other tenants' calls within 1 s")
async def empty_manifests(target: Target) -> Outcome:
    """Sends one batch whose elements are all invalid."""
    field = ingest_service_pb2.BatchRecordManifestsRequest.DESCRIPTOR.fields_by_name["manifests"]
    body = _repeated(field, ITEMS)
    async with target.probing("ingest") as latency:
        answer = await target.call(f"{INGEST}BatchRecordManifests", body, target.bearer("acme"), 40)
    return Outcome(1, _is_refused(answer) and latency.is_within(OTHERS_S_MAX), f"{answer.code}; {latency}")


@GROUP.attack("30,000 empty elements in every repeated field of every method", "refused, others' calls within 1 s")
async def every_repeated_field(target: Target) -> Outcome:
    """Calls each unary method once for each repeated field of its request."""
    worst, attempts, slow = ("", 0.0), 0, list[str]()
    for method, name, body in _crowded_requests():
        authorization = target.bearer("acme", *access_rule(method).roles)
        async with target.probing("ingest") as latency:
            answer = await target.call(path_of(method), body, authorization, 15)
        attempts += 1
        worst = max(worst, (f"{method.name}.{name}", latency.max_s), key=lambda each: each[1])
        if answer.is_internal or not latency.is_within(OTHERS_S_MAX):
            slow.append(f"{method.name}.{name} {answer.code} {latency.max_s:.1f} s")
        if len(slow) >= SLOW_MAX:
            break
    return Outcome(attempts, not slow, f"slowest {worst[0]} {worst[1]:.2f} s; too slow: {', '.join(slow) or 'none'}")


@GROUP.attack("100,000 empty signals in a stream", "refused, other tenants' calls within 1 s")
async def empty_signals_in_a_stream(target: Target) -> Outcome:
    """Sends one batch of a stream whose elements are all invalid."""
    field = ingest_service_pb2.StreamSignalsRequest.DESCRIPTOR.fields_by_name["signals"]
    body = _repeated(field, ITEMS)
    async with target.probing("ingest") as latency:
        answer = await _stream(target, body)
    return Outcome(1, not answer.is_internal and latency.is_within(OTHERS_S_MAX), f"{answer.code}; {latency}")


@GROUP.attack("200,000 empty signals in a REST request", "400, other tenants' calls and health within 1 s")
async def empty_signals_over_rest(target: Target) -> Outcome:
    """Posts a batch whose elements are all invalid."""
    body = json.dumps({"signals": [{}] * 200_000}, separators=(",", ":"))
    headers = {"authorization": target.bearer("acme"), "content-type": "application/json"}
    async with target.probing("gateway") as health, target.probing("ingest") as latency, target.client() as client:
        path = "/api/v2/service/feedback/implicit/batch"
        status = (await client.post(path, content=body, headers=headers, timeout=40)).status_code
    is_held = 400 <= status < 500 and health.is_within(OTHERS_S_MAX) and latency.is_within(OTHERS_S_MAX)
    return Outcome(1, is_held, f"{status}; ingest: {latency}; health: {health}")


@GROUP.attack("absurd numbers in manifests", "INVALID_ARGUMENT with the field")
async def absurd_numbers(target: Target) -> Outcome:
    """Records manifests with costs and latencies that no answer has."""
    accepted, attempts = list[str](), 0
    for field, value in (("total_cost", 1.7e308), ("total_latency_ms", 1.7e308), ("time_to_first_token_ms", 1e300)):
        request = ingest_service_pb2.RecordManifestRequest(request_id=f"018f0000-0000-7000-8000-{attempts:012d}")
        request.manifest.MergeFrom(manifest(f"absurd-{field}", "u", "m"))
        setattr(request.manifest, field, value)
        answer = await target.call(f"{INGEST}RecordManifest", request, target.bearer("acme"))
        attempts += 1
        if answer.code != "INVALID_ARGUMENT" or field not in answer.details:
            accepted.append(f"{field}={value:g} {answer.code}")
    return Outcome(attempts, not accepted, "accepted: " + (", ".join(accepted) or "none"))


def _is_refused(answer: Answer) -> bool:
    return answer.code in ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED")


def _crowded_requests() -> Iterator[tuple[MethodDescriptor, str, bytes]]:
    """Yields each method with each repeated field of its request, up to one message deep, and a crowded request."""
    for method in METHODS:
        if method.client_streaming or method.server_streaming or service_of(path_of(method)) == "voice":
            continue
        for name, body in _crowded(method.input_type, 1):
            yield method, name, body


def _crowded(message: Descriptor, depth: int) -> Iterator[tuple[str, bytes]]:
    for field in message.fields:
        if field.is_repeated:
            if field.type in (FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_STRING):
                yield field.name, _repeated(field, ITEMS_OF_EACH)
        elif field.message_type is not None and depth and field.message_type.full_name.startswith("radiant."):
            for name, body in _crowded(field.message_type, depth - 1):
                yield f"{field.name}.{name}", _nested(field, body)


def _repeated(field: FieldDescriptor, count: int) -> bytes:
    """Returns a message with that many empty elements."""
    return (varint(field.number << 3 | 2) + b"\x00") * count


def _nested(field: FieldDescriptor, body: bytes) -> bytes:
    return varint(field.number << 3 | 2) + varint(len(body)) + body


async def _stream(target: Target, body: bytes) -> Answer:
    stub: Any = target.channel("ingest").stream_stream(f"{INGEST}StreamSignals")
    call = stub(iter([body]), metadata=(("authorization", target.bearer("acme")),), timeout=30)
    try:
        async for answer in call:
            return Answer("OK", "", answer)
    except grpc.aio.AioRpcError as error:
        return Answer(error.code().name, error.details() or "")
    return Answer("OK")
