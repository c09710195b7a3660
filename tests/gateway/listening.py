"""The gateway on a port of its own, and what tests write to it byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from gateway.app import application
from gateway.http.server import HttpServer
from gateway.settings import GatewaySettings
from tests.gateway.serving import ACME, Gateway

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def listening(of: Gateway, settings: GatewaySettings) -> AsyncIterator[int]:
    """Gives the port at which the application serves with those settings while the block runs."""
    server = HttpServer(settings, application(settings, of.calls))
    port = await server.start()
    try:
        yield port
    finally:
        await server.stop(timedelta(seconds=1))


@contextlib.asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """Gives an open connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


def opening(path: str, kind: str, length: int) -> bytes:
    """Returns the head of a POST that announces so many bytes."""
    lines = [
        f"POST /api/v2{path} HTTP/1.1",
        "Host: gateway",
        f"Authorization: {ACME['authorization']}",
        f"Content-Type: {kind}",
        f"Content-Length: {length}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


async def status_of(reader: asyncio.StreamReader) -> int:
    """Reads the status of an answer."""
    return int((await asyncio.wait_for(reader.readline(), 10)).split()[1])
