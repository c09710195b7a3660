"""The HTTP protocol of one connection: uvicorn's, with timeouts, strict framing and the limits of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.http.connections.framing import StrictConnection
from gateway.http.connections.table import Connection, ConnectionTable
from gateway.http.metrics import CONNECTIONS_CLOSED
from gateway.http.problems import Problem
from gateway.http.settings import ConnectionLimits

HEALTH_PATH = "/healthz"
HEAD_BYTES_MAX = 16 * 1024
_CLOSE_S = 1.0
_TIMEOUT_RESPONSE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HttpProtocol(H11Protocol):
    """One connection of the HTTP server."""

    def __init__(
        self, connection: Connection, table: ConnectionTable, limits: ConnectionLimits, **options: Any
    ) -> None:
        """`options` are the parameters of uvicorn's protocol."""
        super().__init__(**options)
        self.conn = StrictConnection(h11.SERVER, HEAD_BYTES_MAX)
        self._connection, self._table, self._limits = connection, table, limits
        self._timers: dict[str, asyncio.TimerHandle] = {}
        if connection.is_reserved:
            self.app = _HealthOnly(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the timeout of the first request."""
        super().connection_made(transport)
        self._connection.close = transport.abort
        self._start_timer("head", self._limits.header_timeout.total_seconds(), self._end_slow_request)

    def data_received(self, data: bytes) -> None:
        """Processes received bytes. The timeout of a request begins with its first byte and is not prolonged."""
        super().data_received(data)
        self._update()

    def on_response_complete(self) -> None:
        """Begins to wait for the next request; uvicorn starts the timeout of idle connections."""
        self._table.end_request(self._connection)
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._update()

    def _update(self) -> None:
        """Starts or stops the timeout of the head, and records whether a request is in progress."""
        if self._has_request and not self.cycle.response_complete:
            self._stop_timer("head")
            self._table.begin_request(self._connection)
        elif "head" not in self._timers and not self.transport.is_closing():
            self._start_timer("head", self._limits.header_timeout.total_seconds(), self._end_slow_request)

    @property
    def _has_request(self) -> bool:
        """Whether a request was received: uvicorn's declaration of `cycle` omits None."""
        return self.cycle is not None

    def send_400_response(self, msg: str) -> None:
        """Sends status 400 and closes the connection. After the begin of a response, only closes the connection."""
        if self._has_request:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """Starts the timeout of a client that accepts no data."""
        super().pause_writing()
        self._start_timer("write", self._limits.write_timeout.total_seconds(), self._end_slow_response)

    def resume_writing(self) -> None:
        """Stops the timeout of a client that accepts no data."""
        self._stop_timer("write")
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Removes the connection from the table."""
        super().connection_lost(exc)
        for name in list(self._timers):
            self._stop_timer(name)
        self._table.remove(self._connection)

    def _end_slow_request(self) -> None:
        """Closes the connection; sends status 408 first if a part of a request was received."""
        CONNECTIONS_CLOSED.labels("slow_request").inc()
        if self.conn.our_state is not h11.IDLE or not self.conn.trailing_data[0]:
            self.transport.abort()
            return
        self.transport.write(_TIMEOUT_RESPONSE)
        self.transport.close()
        self._start_timer("close", _CLOSE_S, self.transport.abort)

    def _end_slow_response(self) -> None:
        CONNECTIONS_CLOSED.labels("slow_response").inc()
        self.transport.abort()

    def _start_timer(self, name: str, delay_s: float, end: Callable[[], None]) -> None:
        self._stop_timer(name)
        self._timers[name] = self.loop.call_later(delay_s, end)

    def _stop_timer(self, name: str) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()


class _HealthOnly:
    """Application of a connection above the limit."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the health check; other requests get status 503."""
        app: ASGIApp = self._app
        if scope["path"] != HEALTH_PATH:
            detail = "The limit of connections is reached. Retry after 1 s."
            headers = {"connection": "close", "retry-after": "1"}
            app = Problem(503, "TOO_MANY_CONNECTIONS", detail, headers=headers).response(scope["path"])
        await app(scope, receive, send)
