"""Hostile bodies are answered with a clear error, in the form that was asked, and nothing of them is stored."""

import base64
import gzip
import json
import zlib
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status

from tests.gateway.otlp.serving import (
    CHAT,
    PROTOBUF,
    Taking,
    derived,
    judged,
    log_request,
    record,
    span,
    taking,
    trace_request,
)
from tests.ingest.fixtures import service as ingest

JSON = {"content-type": "application/json"}
MOST = 4 * 1024 * 1024
GOOD = trace_request(span(1, {**CHAT, "input.value": "some text " * 10})).SerializeToString()


def as_json(message: Any) -> dict[str, Any]:
    """Writes a message as OTLP does in JSON: identifiers in hex, enums as numbers."""
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


async def test_json_is_taken_and_answered_in_json(taken: Taking) -> None:
    body = json.dumps({**as_json(trace_request(span(1), span(2, {**CHAT, "user.id": ""}))), "unknown": 1}).encode()
    answer = await taken.post("traces", body, {"content-type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (200, "application/json", {})
    bad = as_json(trace_request(span(3, {**CHAT, "gen_ai.usage.cost": -1})))
    answer = await taken.post("traces", json.dumps(bad).encode(), JSON)
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    answer = await taken.post("logs", json.dumps(as_json(log_request(record(1, judged())))).encode(), JSON)
    assert (answer.status_code, answer.json()) == (200, {})
    assert [each["output_id"] for each in await taken.manifests()] == [derived(1), derived(2)]
    assert [each["output_id"] for each in await taken.votes()] == [derived(1)]


async def test_packed_bodies_are_unpacked(taken: Taking) -> None:
    packed = {"gzip": gzip.compress(GOOD[:40]) + gzip.compress(GOOD[40:]), "deflate": zlib.compress(GOOD)}
    for encoding, body in packed.items():
        answer = await taken.post("traces", body, {**PROTOBUF, "content-encoding": encoding})
        assert answer.status_code == 200, encoding
    assert len(await taken.manifests()) == 1


BAD: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("truncated protobuf", GOOD[:-7], PROTOBUF, 400, "TraceServiceRequest"),
    ("no protobuf", b"\xff" * 64, PROTOBUF, 400, "TraceServiceRequest"),
    ("too large", b"\0" * (MOST + 1), PROTOBUF, 413, "4194304 bytes"),
    (
        "an attribute of 10 MB",
        trace_request(span(1, {"x": "y" * 10_000_000})).SerializeToString(),
        PROTOBUF,
        413,
        "4194304 bytes",
    ),
    ("a bomb", gzip.compress(b"\0" * (MOST * 16)), {**PROTOBUF, "content-encoding": "gzip"}, 413, "unpacked"),
    ("bombs in a row", gzip.compress(b"\0" * MOST) * 2, {**PROTOBUF, "content-encoding": "gzip"}, 413, "unpacked"),
    ("half a gzip", gzip.compress(GOOD)[:-9], {**PROTOBUF, "content-encoding": "gzip"}, 400, "unpacked"),
    ("no gzip", GOOD, {**PROTOBUF, "content-encoding": "gzip"}, 400, "unpacked"),
    ("brotli", GOOD, {**PROTOBUF, "content-encoding": "br"}, 415, "content-encoding"),
    ("plain text", GOOD, {"content-type": "text/plain"}, 415, "content-type"),
    ("latin", b"{}", {"content-type": "application/json; charset=latin-1"}, 415, "content-type"),
    ("no JSON", b"{", JSON, 400, "JSON"),
    ("deep JSON", b"[" * 200_000, JSON, 400, "deep"),
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
    """Returns valid JSON in which an attribute has many levels."""
    value = '{"arrayValue":{"values":[' * 200 + '{"intValue":"1"}' + "]}}" * 200
    attribute = '{"key":"gen_ai.prompt","value":' + value + "}"
    return ('{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[' + attribute + "]}]}]}]}").encode()


async def test_bad_bodies_over_http(taken: Taking) -> None:
    for what, body, headers, status, says in [*BAD, ("deep attribute", deep_json(), JSON, 400, "")]:
        answer = await taken.post("traces", body, headers)
        assert answer.status_code == status, (what, answer.content)
        if headers["content-type"] == "application/json":
            assert answer.headers["content-type"] == "application/json"
            message = answer.json()["message"]
        else:
            assert answer.headers["content-type"] == "application/x-protobuf"
            message = Status.FromString(answer.content).message
        assert says in message, (what, message)
    assert await taken.manifests() == []
    assert (await taken.post("traces", GOOD)).status_code == 200


async def test_bad_bodies_over_grpc(taken: Taking) -> None:
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
        ("large", b"\0" * (MOST + 1), None, large),
        ("bomb", b"\0" * (MOST * 16), grpc.Compression.Gzip, large),
    ]
    for what, body, compression, code in cases:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken.call("traces", body, compression=compression)
        assert refused.value.code() is code, (what, refused.value.details())
        assert refused.value.details()
    assert await taken.manifests() == []
    assert await taken.call("traces", GOOD, compression=grpc.Compression.Gzip) == b""


def _size(length: int) -> bytes:
    found = bytearray()
    while length > 0x7F:
        found.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*found, length])


async def test_too_many_items_in_one_request(intake: ingest.IngestService) -> None:
    async with taking(intake, items_max=3) as taken:
        few = trace_request(*(span(number) for number in range(1, 4)))
        assert (await taken.post("traces", few.SerializeToString())).status_code == 200
        many = trace_request(*(span(number) for number in range(1, 5)))
        answer = await taken.post("traces", many.SerializeToString())
        assert (answer.status_code, Status.FromString(answer.content).message) == (
            413,
            "body: must hold at most 3 spans",
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await taken.call("logs", log_request(*(record(1, {}) for _ in range(4))).SerializeToString())
        assert refused.value.details() == "body: must hold at most 3 log records"
        assert ingest.reason_of(refused.value) == "REQUEST_TOO_LARGE"


async def test_other_methods_are_refused(taken: Taking) -> None:
    import httpx

    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{taken.http_port}/v1/traces")
        assert answer.status_code == 405
        assert answer.headers["x-content-type-options"] == "nosniff"
