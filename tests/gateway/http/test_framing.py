"""Tests of the framing of requests, by raw connections: ambiguous requests get status 400 and end the connection."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from tests.gateway.fixtures.connection import listening_gateway, open_connection
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.scripted_services import ScriptedGateway

BODY = b'{"text":"a"}'
CHUNKED = b"c\r\n" + BODY + b"\r\n0\r\n\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n"

AMBIGUOUS: list[tuple[str, bytes, bytes]] = [
    ("both lengths", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
    ("both lengths, reversed", b"Transfer-Encoding: chunked\r\nContent-Length: 27\r\n", CHUNKED),
    ("both lengths, equal to the body", b"Transfer-Encoding: CHUNKED\r\ncontent-length: 0\r\n", CHUNKED),
    ("two equal lengths", b"Content-Length: 12\r\nContent-Length: 12\r\n", BODY),
    ("two lengths", b"Content-Length: 12\r\nContent-Length: 0\r\n", BODY),
    ("a list of lengths", b"Content-Length: 12, 12\r\n", BODY),
    ("a sign", b"Content-Length: +12\r\n", BODY),
    ("a hexadecimal length", b"Content-Length: 0xc\r\n", BODY),
    ("a negative length", b"Content-Length: -1\r\n", BODY),
    ("a blank before the colon", b"Content-Length : 12\r\n", BODY),
    ("chunked, identity", b"Transfer-Encoding: chunked, identity\r\n", CHUNKED),
    ("identity, chunked", b"Transfer-Encoding: identity, chunked\r\n", CHUNKED),
    ("identity", b"Transfer-Encoding: identity\r\n", BODY),
    ("two codings", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
    ("an unknown coding", b"Transfer-Encoding: xchunked\r\n", CHUNKED),
    ("a control character", b"Transfer-Encoding: \x0bchunked\r\n", CHUNKED),
    ("a folded header", b"Content-Length:\r\n 12\r\n", BODY),
    ("a folded other header", b"X-Note: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 12\r\n", BODY),
    ("a bare line feed", b"X-Note: a\nTransfer-Encoding: chunked\r\nContent-Length: 12\r\n", BODY),
    ("a bare carriage return", b"X-Note: a\rContent-Length: 0\r\nContent-Length: 12\r\n", BODY),
    ("a null byte", b"X-Note: \x00\r\nContent-Length: 12\r\n", BODY),
    ("a malformed chunk size", b"Transfer-Encoding: chunked\r\n", b"-c\r\n" + BODY + b"\r\n0\r\n\r\n"),
    ("a bare line feed after a chunk size", b"Transfer-Encoding: chunked\r\n", b"c\n" + BODY + b"\r\n0\r\n\r\n"),
    ("a line feed in a chunk extension", b"Transfer-Encoding: chunked\r\n", b"c;a\nb\r\n" + BODY + b"\r\n0\r\n\r\n"),
    ("a chunk that is too long", b"Transfer-Encoding: chunked\r\n", b"5\r\n" + BODY + b"\r\n0\r\n\r\n"),
]
"""Name, headers of the length, and body."""


def request(headers: bytes, body: bytes, version: bytes = b"1.1") -> bytes:
    """Returns a request that translates a text."""
    return (
        b"POST /api/v2/voice/translate HTTP/%s\r\nHost: gateway\r\nContent-Type: application/json\r\n" % version
        + f"Authorization: {ACME['authorization']}\r\n".encode()
        + headers
        + b"\r\n"
        + body
    )


@pytest.fixture
async def port(scripted: ScriptedGateway) -> AsyncIterator[int]:
    """Yields the port of the gateway over scripted services."""
    async with listening_gateway(scripted, scripted.settings.http) as opened:
        yield opened


async def answer_to(port: int, content: bytes) -> bytes:
    """Sends bytes on a new connection; returns all received bytes until the gateway closes the connection."""
    async with open_connection(port) as (reader, writer):
        writer.write(content)
        return await asyncio.wait_for(reader.read(), 10)


async def test_ambiguous_request_gets_status_400_and_ends_the_connection(port: int, scripted: ScriptedGateway) -> None:
    for name, headers, body in AMBIGUOUS:
        answer = await answer_to(port, request(headers, body) + SMUGGLED)
        assert answer.startswith(b"HTTP/1.1 400 "), (name, answer)
        assert answer.count(b"HTTP/1.1 ") == 1, (name, answer)
    assert scripted.script.requests == []


async def test_transfer_encoding_with_http_1_0_gets_status_400(port: int, scripted: ScriptedGateway) -> None:
    answer = await answer_to(port, request(b"Transfer-Encoding: chunked\r\n", CHUNKED, b"1.0"))
    assert b" 400 " in answer.splitlines()[0]
    assert scripted.script.requests == []


async def test_unambiguous_requests_of_each_kind_are_accepted(port: int, scripted: ScriptedGateway) -> None:
    closing = b"Connection: close\r\n"
    accepted = [
        (b"Content-Length: 12\r\n", BODY),
        (b"Transfer-Encoding: Chunked\r\n", CHUNKED),
        (
            b"Transfer-Encoding:\tchunked\r\n",
            b"5;name=value\r\n" + BODY[:5] + b"\r\n7\r\n" + BODY[5:] + b"\r\n0\r\n\r\n",
        ),
        (b"transfer-encoding: chunked\r\n", b"00c\r\n" + BODY + b"\r\n0\r\nX-Trailer: a\r\n\r\n"),
    ]
    for headers, body in accepted:
        answer = await answer_to(port, request(headers + closing, body))
        assert answer.startswith(b"HTTP/1.1 200 "), (headers, answer)
    assert [message.text for _, message in scripted.script.requests] == ["a"] * len(accepted)


async def test_malformed_chunk_after_the_response_ends_the_connection_without_an_error(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    head = request(b"Transfer-Encoding: chunked\r\n", b"").replace(b"Bearer ", b"Bearer x")
    async with open_connection(port) as (reader, writer):
        writer.write(head)
        assert b" 401 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(b"not a chunk\r\n")
        await asyncio.wait_for(reader.read(), 10)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_log_lines_of_malformed_requests_are_limited(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(60):
        assert b" 400 " in await answer_to(port, b"malformed\r\n\r\n")
    lines = [record for record in caplog.records if "Invalid HTTP request" in record.getMessage()]
    assert 0 < len(lines) <= 20
