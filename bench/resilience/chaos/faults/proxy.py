"""A TCP proxy that can disturb its connections: cut, refuse, delay, throttle, stall."""

from __future__ import annotations

import asyncio
import contextlib

CHUNK_BYTES = 64 * 1024


class Proxy:
    """Forwards connections from its own port, which never changes, to another port of this machine."""

    def __init__(self, target_port: int, source: str = "") -> None:
        """Creates the proxy, which listens after `start`. `source` is the address from which it connects."""
        self.port = 0
        self.delay_s = 0.0
        """Delay of every chunk."""
        self.bytes_per_s = 0.0
        """Limit of the throughput of each direction; 0 for no limit."""
        self._target_port = target_port
        self._source = (source, 0) if source else None
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._carriers: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listens, after a `refuse` on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Refuses new connections until the next `start`. Open connections continue."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Aborts all connections."""
        for writer in list(self._writers):
            writer.transport.abort()

    def stall(self) -> None:
        """Stops forwarding without closing connections, until `resume`."""
        self._flowing.clear()

    def resume(self) -> None:
        """Forwards again, beginning with the stalled data."""
        self._flowing.set()

    async def restore(self) -> None:
        """Ends all disturbances."""
        self.delay_s = self.bytes_per_s = 0.0
        self.resume()
        await self.start()

    async def close(self) -> None:
        """Stops listening and aborts all connections."""
        self.refuse()
        self.resume()
        self.cut()
        carriers = list(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        await asyncio.sleep(0)  # lets the loop close the transports

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carriers.add(task)
        self._writers.add(writer)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a peer disconnected or the proxy is closed
        finally:
            self._carriers.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._target_port, local_addr=self._source)
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
