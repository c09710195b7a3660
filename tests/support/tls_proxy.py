"""A proxy that terminates TLS in front of a server without TLS."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.support.certificates import Pair

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@contextlib.asynccontextmanager
async def terminating(url: str, pair: Pair, scheme: str) -> AsyncIterator[str]:
    """Terminates TLS in front of a server without TLS and provides the encrypted address.

    Unencrypted connections are refused. PostgreSQL clients send an SSLRequest before the TLS handshake.
    """
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            if scheme == "postgresql":
                if await reader.readexactly(8) != SSL_REQUEST:
                    writer.close()
                    return
                writer.write(b"S")
                await writer.drain()
            await writer.start_tls(context)
            behind, before = await asyncio.open_connection(parts.hostname, parts.port)
            await asyncio.gather(copy(reader, before), copy(behind, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield parts._replace(scheme=scheme, netloc=re.sub(r":\d+$", f":{port}", parts.netloc)).geturl()
    finally:
        server.close()
        await asyncio.sleep(0.05)
