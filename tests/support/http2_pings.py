"""HTTP/2 connections without calls that send pings, as gRPC clients with keepalive do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""The start of an HTTP/2 connection: the preface and empty settings."""
SETTINGS_ACKNOWLEDGED = b"\x00\x00\x00\x04\x01\x00\x00\x00\x00"
PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"radiant!"
PING_FRAME, GOAWAY_FRAME, ACKNOWLEDGED = 6, 7, 1


class Client:
    """An HTTP/2 connection without calls, which sends pings."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ping(self) -> bool:
        """Sends a ping; returns True when it is acknowledged, and False when the server ends the connection."""
        try:
            self._writer.write(PING)
            await self._writer.drain()
            return await asyncio.wait_for(self._acknowledged(), 10)
        except (ConnectionError, asyncio.IncompleteReadError):
            return False

    async def _acknowledged(self) -> bool:
        while True:
            head = await self._reader.readexactly(9)
            await self._reader.readexactly(int.from_bytes(head[:3], "big"))
            kind, flags = head[3], head[4]
            if kind == GOAWAY_FRAME:
                return False
            if kind == PING_FRAME and flags & ACKNOWLEDGED:
                return True


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(PREFACE + SETTINGS_ACKNOWLEDGED)
        yield Client(reader, writer)
    finally:
        writer.close()


async def acknowledged_pings(port: int, interval_s: float, count: int) -> int:
    """Returns how many of the pings were acknowledged before the server ended the connection."""
    async with connected(port) as client:
        for number in range(count):
            if number:
                await asyncio.sleep(interval_s)
            if not await client.ping():
                return number
    return count
