"""Tests of expensive requests: callers are verified before any work, and the work of each request is bounded."""

import asyncio
import gzip
import time
import zlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from gateway.otlp.codec import RequestTooLarge, decompress
from kit.errors import Invalid
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.otlp import CHAT, PROTOBUF, span, trace_request
from tests.gateway.fixtures.process import GatewayProcess, gateway_process, measured_health

pytestmark = pytest.mark.server

MEBIBYTE = 1024 * 1024
HEALTH_SECONDS_MAX = 2.0
"""Longest health check beside an expensive request; most take a few milliseconds on an idle machine."""
JSON = {"content-type": "application/json"}
DEFLATE = {**PROTOBUF, "content-encoding": "deflate"}
INVALID = {"authorization": "x"}
SIGNALS = "/api/v2/service/feedback/implicit/batch"


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    """Yields a gateway without services and without a rate limit."""
    async with gateway_process(tmp_path, RADIANT_GATEWAY_REQUESTS_PER_SECOND="0") as opened:
        yield opened


def field(tag: int, content: bytes) -> bytes:
    """Returns a field of a protobuf message with length-delimited content."""
    length, size = bytearray(), len(content)
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([tag, *length, size]) + content


def spans(content: bytes) -> bytes:
    """Returns a trace request with this serialized content of a scope."""
    return field(0x0A, field(0x12, content))


def repeated(pattern: bytes, size_bytes: int) -> bytes:
    """Returns repetitions of a pattern, at most that many bytes."""
    return pattern * (size_bytes // len(pattern))


_ANNOTATIONS = trace_request(
    span(1, {**CHAT, **{f"annotations.{index}.annotation.name": "n" for index in range(1000)}})
).SerializeToString()
_LIMIT = 4 * MEBIBYTE - 64
EXPENSIVE: dict[str, tuple[str, bytes, Mapping[str, str]]] = {
    "empty resources": ("/v1/traces", repeated(b"\x0a\x00", _LIMIT), PROTOBUF),
    "empty scopes": ("/v1/traces", field(0x0A, repeated(b"\x12\x00", _LIMIT)), PROTOBUF),
    "empty spans": ("/v1/traces", spans(repeated(b"\x12\x00", _LIMIT)), PROTOBUF),
    "empty attributes": ("/v1/traces", spans(field(0x12, repeated(b"\x4a\x00", _LIMIT))), PROTOBUF),
    "empty events": ("/v1/traces", spans(field(0x12, repeated(b"\x5a\x00", _LIMIT))), PROTOBUF),
    "empty links": ("/v1/traces", spans(field(0x12, repeated(b"\x6a\x00", _LIMIT))), PROTOBUF),
    "empty log records": ("/v1/logs", spans(repeated(b"\x12\x00", _LIMIT)), PROTOBUF),
    "annotations": ("/v1/traces", repeated(_ANNOTATIONS, 4 * MEBIBYTE), PROTOBUF),
    "JSON spans": (
        "/v1/traces",
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + repeated(b"{},", _LIMIT) + b"{}]}]}]}",
        JSON,
    ),
    "JSON lists": ("/v1/traces", b'{"x":[' + repeated(b"[],", _LIMIT) + b"0]}", JSON),
    "gzip members": ("/v1/traces", repeated(gzip.compress(b""), _LIMIT), {**PROTOBUF, "content-encoding": "gzip"}),
    "REST signals": (SIGNALS, b'{"signals":[' + repeated(b"{},", MEBIBYTE - 64) + b"{}]}", JSON),
    "REST numbers": (
        "/api/v2/feedback/explicit",
        b'{"categories":[' + repeated(b"1,", MEBIBYTE - 64) + b"1]}",
        JSON,
    ),
}
"""Requests within the size limits that cost most in relation to their size."""


async def post(
    process: GatewayProcess, path: str, body: bytes, headers: Mapping[str, str], caller: Mapping[str, str] = ACME
) -> httpx.Response:
    """Sends a request with a body."""
    async with httpx.AsyncClient(base_url=process.url, timeout=60) as client:
        return await client.post(path, content=body, headers={**headers, **caller})


async def test_body_of_unverified_caller_is_neither_decompressed_nor_parsed(process: GatewayProcess) -> None:
    members = repeated(zlib.compress(b""), 2_000_000)
    async with measured_health(process.port) as health:
        begun = time.perf_counter()
        answers = await asyncio.gather(
            post(process, "/v1/traces", members, DEFLATE, INVALID),
            *(post(process, path, body, headers, INVALID) for path, body, headers in EXPENSIVE.values()),
        )
        seconds = time.perf_counter() - begun
    assert {each.status_code for each in answers} == {401}
    assert (health.failures, health.worst_s < HEALTH_SECONDS_MAX) == (0, True), health.worst_s
    assert seconds < 10


async def test_expensive_request_of_verified_caller_does_not_delay_health_checks(process: GatewayProcess) -> None:
    async with measured_health(process.port) as health:
        for name, (path, body, headers) in EXPENSIVE.items():
            begun = time.perf_counter()
            answer = await post(process, path, body, headers)
            expected = 400 if name.startswith("REST") else 413
            assert answer.status_code == expected, (name, answer.status_code, answer.content[:200])
            assert time.perf_counter() - begun < 10, name
    assert (health.failures, health.worst_s < HEALTH_SECONDS_MAX) == (0, True), health.worst_s
    assert process.peak_mebibytes < 400


def test_decompression_takes_time_in_proportion_to_the_body() -> None:
    begun = time.perf_counter()
    with pytest.raises(RequestTooLarge, match="compressed members"):
        decompress(gzip.compress(b"") * 100_000, "gzip", 4 * MEBIBYTE)
    with pytest.raises(Invalid, match="data after its end"):
        decompress(zlib.compress(b"") * 100_000, "deflate", 4 * MEBIBYTE)
    assert decompress(gzip.compress(b"a" * 3000) * 1000, "gzip", 4 * MEBIBYTE) == b"a" * 3_000_000
    assert time.perf_counter() - begun < 3
