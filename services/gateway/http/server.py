"""The HTTP server: uvicorn with the start, drain and stop of the other services."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
from collections.abc import Iterator
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from gateway.http.connections.listener import Listener
from gateway.http.connections.protocol import HttpProtocol
from gateway.http.connections.table import Connection, ConnectionTable
from gateway.http.settings import HttpSettings
from kit.lifecycle import StartError
from kit.rpc.connections.settings import raise_file_limit
from kit.rpc.server import PublicDevelopmentError
from kit.settings.addresses import is_loopback
from kit.telemetry.log_limit import LineLimit

log = logging.getLogger(__name__)

_UVICORN_LOG = logging.getLogger("uvicorn.error")

BACKLOG = 2048
OPEN_FILES_MIN = 256
"""Open files that are kept for other purposes than connections."""
_POLL_INTERVAL_S = 0.005


class PlainTextError(StartError):
    """The listen address is public and TLS is not configured."""


class _Server(uvicorn.Server):
    """A uvicorn server without signal handlers, which the process has itself, over connections with limits."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, settings: HttpSettings) -> None:
        """Takes a socket that listens."""
        super().__init__(config)
        self._listener, self._settings = listener, settings

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Installs no handler."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to accept connections."""
        limits, config = self._settings.connections, self.config
        connections_max = _connections_max(limits.connections_max)
        peer_connections_max = limits.peer_connections_max
        if self._settings.tls.is_behind_proxy:
            peer_connections_max = connections_max
        table = ConnectionTable(connections_max, peer_connections_max)

        def protocol(connection: Connection) -> HttpProtocol:
            return HttpProtocol(connection, table, limits, config=config, server_state=self.server_state, app_state={})

        tls = config.ssl if config.is_ssl else None
        self.servers = [Listener(self._listener, table, protocol, tls, limits.header_timeout)]  # type: ignore[list-item]
        self.started = True


class HttpServer:
    """An HTTP server of one ASGI application."""

    def __init__(self, settings: HttpSettings, app: ASGIApp) -> None:
        """Builds the server; `start` binds the port."""
        self._settings = settings
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_keep_alive=settings.connections.keep_alive.total_seconds(),  # type: ignore[arg-type]
            reset_contextvars=True,
            ssl_certfile=settings.tls.certificate or None,
            ssl_keyfile=settings.tls.key or None,
            timeout_graceful_shutdown=max(1, round(settings.grace.total_seconds())),
        )
        self._config, self._line_limit = config, LineLimit(_UVICORN_LOG)
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Binds the port, starts to serve, and returns the port.

        Raises PublicDevelopmentError or PlainTextError for a public address without protection, and OSError if the
        port is in use or the certificate cannot be loaded.
        """
        self._check_exposure()
        self._config.load()
        listener = _bind(self._settings.host.strip("[]"), self._settings.port)
        self._server = _Server(self._config, listener, self._settings)
        _UVICORN_LOG.addFilter(self._line_limit)
        self._task = asyncio.create_task(self._server.serve(), name="http")
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - uvicorn has no start event
            await asyncio.sleep(_POLL_INTERVAL_S)
        port = int(listener.getsockname()[1])
        log.info("serving", extra={"fields": {"port": port}})
        return port

    def _check_exposure(self) -> None:
        host, tls = self._settings.host, self._settings.tls
        if is_loopback(host):
            return
        if self._settings.development:
            raise PublicDevelopmentError(
                f"RADIANT_GATEWAY_HOST={host} is not a loopback address, and development mode requires one. "
                "Set RADIANT_DEVELOPMENT=false and configure TLS."
            )
        if not tls.certificate and not tls.is_behind_proxy:
            raise PlainTextError(
                f"RADIANT_GATEWAY_HOST={host} is not a loopback address, and TLS is not configured. "
                "Set RADIANT_GATEWAY_TLS_CERT and RADIANT_GATEWAY_TLS_KEY, or set RADIANT_BEHIND_TLS_PROXY=true if a "
                "proxy terminates TLS."
            )

    async def set_serving(self, serving: bool) -> None:
        """Does nothing. Load balancers detect the shutdown by refused connections."""

    async def stop(self, grace: timedelta) -> None:
        """Closes the listener, waits up to `grace` for requests in flight, then cancels them."""
        self._config.timeout_graceful_shutdown = max(1, round(grace.total_seconds()))
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            try:
                await self._task
            finally:
                _UVICORN_LOG.removeFilter(self._line_limit)


def _connections_max(wanted: int) -> int:
    """Returns the most connections that the limit of open files permits, after raising that limit."""
    limit = raise_file_limit()
    permitted = wanted if limit == resource.RLIM_INFINITY else max(1, limit - OPEN_FILES_MIN)
    if permitted < wanted:
        log.warning(
            "the limit of open files reduces the limit of connections",
            extra={"fields": {"connections_max": permitted, "wanted": wanted}},
        )
    return min(wanted, permitted)


def _bind(host: str, port: int) -> socket.socket:
    """Returns a listening socket.

    The protocol is set explicitly: asyncio sets TCP_NODELAY only on sockets with IPPROTO_TCP, and without it
    responses are delayed by 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
