"""Tests of malformed and oversized requests: they get an error in the format of the request, and store nothing."""

import base64
import gzip
import json
import zlib
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status

from tests.gateway.fixtures.otlp import (
    CHAT,
    PROTOBUF,
    OtlpGateway,
    derived_output_id,
    evaluation,
    evaluation_record,
    log_request,
    otlp_gateway,
    span,
    trace_request,
)
from tests.ingest.fixtures import service as ingest

JSON = {"content-type": "application/json"}
GZIP = {**PROTOBUF, "content-encoding": "gzip"}
BYTES_MAX = 4 * 1024 * 1024
GOOD = trace_request(span(1, {**CHAT, "input.value": "some text " * 10})).SerializeToString()


def as_json(message: Any) -> dict[str, Any]:
    """Returns a message as OTLP JSON: ids in hex, enums as numbers."""
    document = json_format.MessageToDict(message, use_integers_for_enums=True)
    for each in _objects(document):
        for name in ("traceId", "spanId"):
            if name in each:
                each[name] = base64.b64decode(each[name]).hex()
    return document


def _objects(value: Any) -> list[dict[str, Any]]:
    found = [value] if isinstance(value, dict) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [each for one in inner for each in _objects(one)]


async def test_json_request_gets_a_json_response(gateway: OtlpGateway) -> None:
    body = json.dumps({**as_json(trace_request(span(1), span(2, {**CHAT, "user.id": ""}))), "unknown": 1}).encode()
    answer = await gateway.post("traces", body, {"content-type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, "application/json", {})
    invalid = as_json(trace_request(span(3, {"gen_ai.operation.name": "chat"})))
    answer = await gateway.post("traces", json.dumps(invalid).encode(), JSON)
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    logs = as_json(log_request(evaluation_record(1, evaluation())))
    answer = await gateway.post("logs", json.dumps(logs).encode(), JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    assert [each["output_id"] for each in await gateway.manifests()] == [derived_output_id(1), derived_output_id(2)]
    assert [each["output_id"] for each in await gateway.votes()] == [derived_output_id(1)]


async def test_gzip_and_deflate_requests_are_decompressed(gateway: OtlpGateway) -> None:
    compressed = {"gzip": gzip.compress(GOOD[:40]) + gzip.compress(GOOD[40:]), "deflate": zlib.compress(GOOD)}
    for encoding, body in compressed.items():
        answer = await gateway.post("traces", body, {**PROTOBUF, "content-encoding": encoding})
        assert answer.status_code == 200, encoding
    assert len(await gateway.manifests()) == 1


MALFORMED: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("truncated protobuf", GOOD[:-7], PROTOBUF, 400, "TraceServiceRequest"),
    ("no protobuf", b"\xff" * 64, PROTOBUF, 400, "TraceServiceRequest"),
    ("too large", b"\0" * (BYTES_MAX + 1), PROTOBUF, 413, "4194304 bytes"),
    (
        "an attribute of 10 MB",
        trace_request(span(1, {"x": "y" * 10_000_000})).SerializeToString(),
        PROTOBUF,
        413,
        "4194304 bytes",
    ),
    (
        "zip bomb",
        gzip.compress(b"\0" * (BYTES_MAX * 16)),
        {**PROTOBUF, "content-encoding": "gzip"},
        413,
        "after decompression",
    ),
    (
        "two gzip members",
        gzip.compress(b"\0" * BYTES_MAX) * 2,
        {**PROTOBUF, "content-encoding": "gzip"},
        413,
        "after decompression",
    ),
    ("half a gzip", gzip.compress(GOOD)[:-9], GZIP, 400, "cannot be decompressed"),
    ("no gzip", GOOD, GZIP, 400, "cannot be decompressed"),
    ("brotli", GOOD, {**PROTOBUF, "content-encoding": "br"}, 415, "content-encoding"),
    ("plain text", GOOD, {"content-type": "text/plain"}, 415, "content-type"),
    ("latin", b"{}", {"content-type": "application/json; charset=latin-1"}, 415, "content-type"),
    ("no JSON", b"{", JSON, 400, "JSON"),
    ("deep JSON", b"[" * 200_000, JSON, 400, "at most 100 levels"),
    ("a long number", b'{"resourceSpans": ' + b"9" * 10_000 + b"}", JSON, 400, "JSON"),
    ("not UTF-8", b'{"resourceSpans": "\xff"}', JSON, 400, "JSON"),
    ("a list", b"[1]", JSON, 400, "JSON"),
    ("no object", b"null", JSON, 400, "JSON"),
    ("odd shape", b'{"resourceSpans": {"scopeSpans": 3}}', JSON, 400, "JSON"),
    ("bad hex", b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}', JSON, 400, "traceId"),
    ("number for hex", b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":12}]}]}]}', JSON, 400, "spanId"),
    (
        "half a character",
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\\ud800"}]}]}]}',
        JSON,
        400,
        "JSON",
    ),
]


def deep_json() -> bytes:
    """Returns valid JSON with a deeply nested attribute."""
    value = '{"arrayValue":{"values":[' * 200 + '{"intValue":"1"}' + "]}}" * 200
    attribute = '{"key":"gen_ai.prompt","value":' + value + "}"
    return ('{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[' + attribute + "]}]}]}]}").encode()


async def test_malformed_request_over_http_gets_status_and_message(gateway: OtlpGateway) -> None:
    for name, body, headers, status, text in [*MALFORMED, ("deep attribute", deep_json(), JSON, 400, "")]:
        answer = await gateway.post("traces", body, headers)
        assert answer.status_code == status, (name, answer.content)
        if headers["content-type"] == "application/json":
            assert answer.headers["content-type"] == "application/json"
            message = answer.json()["message"]
        else:
            assert answer.headers["content-type"] == "application/x-protobuf"
            message = Status.FromString(answer.content).message
        assert text in message, (name, message)
    assert await gateway.manifests() == []
    assert (await gateway.post("traces", GOOD)).status_code == 200


async def test_malformed_request_over_grpc_gets_code_and_message(gateway: OtlpGateway) -> None:
    invalid, large = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED
    deep = b""
    for _ in range(300):
        deep = b"\x2a" + _size(len(deep) + 1 + len(_size(len(deep)))) + b"\x0a" + _size(len(deep)) + deep
    attribute = b"\x0a\x01x\x12" + _size(len(deep)) + deep
    nested = attribute
    for tag in (b"\x4a", b"\x12", b"\x12", b"\x0a"):
        nested = tag + _size(len(nested)) + nested
    cases = [
        ("truncated", GOOD[:-7], None, invalid),
        ("deep", nested, None, invalid),
        ("large", b"\0" * (BYTES_MAX + 1), None, large),
        ("bomb", b"\0" * (BYTES_MAX * 16), grpc.Compression.Gzip, large),
    ]
    for name, body, compression, code in cases:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("traces", body, compression=compression)
        assert refused.value.code() is code, (name, refused.value.details())
        assert refused.value.details()
    assert await gateway.manifests() == []
    assert await gateway.call("traces", GOOD, compression=grpc.Compression.Gzip) == b""


def _size(length: int) -> bytes:
    found = bytearray()
    while length > 0x7F:
        found.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*found, length])


async def test_request_above_the_item_limit_is_rejected(intake: ingest.IngestService) -> None:
    async with otlp_gateway(intake, items_max=3) as gateway:
        at_limit = trace_request(*(span(number) for number in range(1, 4)))
        assert (await gateway.post("traces", at_limit.SerializeToString())).status_code == 200
        above_limit = trace_request(*(span(number) for number in range(1, 5)))
        answer = await gateway.post("traces", above_limit.SerializeToString())
        assert (answer.status_code, Status.FromString(answer.content).message) == (
            413,
            "body: must contain at most 3 spans",
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await gateway.call("logs", log_request(*(evaluation_record(1, {}) for _ in range(4))).SerializeToString())
        assert refused.value.details() == "body: must contain at most 3 log records"
        assert ingest.reason_of(refused.value) == "REQUEST_TOO_LARGE"


async def test_get_request_returns_405(gateway: OtlpGateway) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{gateway.http_port}/v1/traces")
        assert answer.status_code == 405
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "message",
    [b"\x0a\xff", gzip.compress(b"\x0a\xff"), gzip.compress(b"x")[:-9], b"\x78\x9c\xff"],
    ids=["message", "compressed", "truncated", "corrupt"],
)
async def test_malformed_health_check_over_grpc_is_invalid_and_leaves_no_traceback(
    gateway: OtlpGateway, message: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel:
        check: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await check(message, timeout=5)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [each.getMessage() for each in caplog.records if each.exc_info] == []
