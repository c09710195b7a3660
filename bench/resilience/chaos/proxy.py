"""A TCP proxy that can break the connections it carries: cut, refuse, delay, throttle, swallow."""

from __future__ import annotations

import asyncio
import contextlib

CHUNK_BYTES = 64 * 1024


class Proxy:
    """Carries connections from a port of its own, which it keeps, to a port of this machine."""

    def __init__(self, target_port: int) -> None:
        """Listens only once started."""
        self.port = 0
        self.delay_s = 0.0
        """Added to every chunk."""
        self.bytes_per_s = 0.0
        """0 sets no limit."""
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._carriers: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Takes no new connections until started again; those that are there go on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Breaks every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    def swallow(self) -> None:
        """Lets nothing through, without a word, until `flow`."""
        self._flowing.clear()

    def flow(self) -> None:
        """Lets everything through, what was held back first."""
        self._flowing.set()

    async def heal(self) -> None:
        """Ends every disturbance."""
        self.delay_s = self.bytes_per_s = 0.0
        self.flow()
        await self.start()

    async def close(self) -> None:
        """Ends all connections."""
        self.refuse()
        self.flow()
        self.cut()
        carriers = list(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        await asyncio.sleep(0)  # lets transports end

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carriers.add(task)
        self._writers.add(writer)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # either side went away, or the proxy ends
        finally:
            self._carriers.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._writers.add(back)
        try:
            sides = [asyncio.create_task(self._pump(reader, back)), asyncio.create_task(self._pump(there, writer))]
            try:
                await asyncio.wait(sides)
            finally:
                for side in sides:
                    side.cancel()
                await asyncio.gather(*sides, return_exceptions=True)
        finally:
            self._writers.discard(back)
            back.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK_BYTES):
                await self._flowing.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if self.bytes_per_s:
                    await asyncio.sleep(len(chunk) / self.bytes_per_s)
                sink.write(chunk)
                await sink.drain()
        with contextlib.suppress(OSError, RuntimeError):
            if not sink.is_closing():
                sink.write_eof()
