"""Accepts connections, so that limits and the timeout of the TLS handshake apply from the first moment."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta

from gateway.http.connections.table import Connection, ConnectionTable
from kit.rpc.connections.peers import network_of
from kit.telemetry.log_limit import LimitedLog

log = logging.getLogger(__name__)

ACCEPT_RETRY_S = 0.05
CLOSE_S = 1.0


class Listener:
    """A listening socket of an event loop."""

    def __init__(
        self,
        listener: socket.socket,
        table: ConnectionTable,
        protocol: Callable[[Connection], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        handshake_timeout: timedelta,
    ) -> None:
        """Takes a socket that listens; `close` closes it."""
        self._listener, self._table, self._protocol, self._tls = listener, table, protocol, tls
        self._handshake_s = handshake_timeout.total_seconds() if tls else None
        self._limited_log = LimitedLog(log)
        self._opening: set[asyncio.Task[None]] = set()
        listener.setblocking(False)
        self._task = asyncio.create_task(self._accept_forever(), name="accept")

    def close(self) -> None:
        """Accepts no further connections."""
        self._task.cancel()
        asyncio.get_running_loop().remove_reader(self._listener.fileno())
        self._listener.close()

    async def wait_closed(self) -> None:
        """Cancels handshakes in progress."""
        for task in self._opening:
            task.cancel()
        await asyncio.gather(self._task, *self._opening, return_exceptions=True)

    async def _accept_forever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(self._listener)
            except OSError as error:  # for example, the limit of open files is reached
                self._limited_log.info("connection not accepted", "accept", {"error": str(error)})
                self._table.close_idle()
                await asyncio.sleep(ACCEPT_RETRY_S)
                continue
            connection = self._table.open(network_of(str(address[0])) or str(address[0]))
            if connection is None:
                connected.close()
                continue
            task = loop.create_task(self._open(connected, connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, connected: socket.socket, connection: Connection) -> None:
        """Completes the TLS handshake and starts the protocol of a connection."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        connection.close = task.cancel if task is not None else connected.close
        is_open = False
        try:
            with contextlib.suppress(OSError):  # a failed or slow handshake
                await loop.connect_accepted_socket(
                    lambda: self._protocol(connection),
                    connected,
                    ssl=self._tls,
                    ssl_handshake_timeout=self._handshake_s,
                    ssl_shutdown_timeout=CLOSE_S if self._tls else None,
                )
                is_open = True
        finally:
            if not is_open:
                connected.close()
                self._table.remove(connection)
