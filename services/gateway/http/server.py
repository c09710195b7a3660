"""The HTTP server: uvicorn, started and drained as every service of the suite is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from gateway.settings import GatewaySettings
from kit.rpc.server import PublicDevelopmentError, is_loopback

__all__ = ["HttpServer", "PlainTextError", "is_loopback"]

log = logging.getLogger(__name__)

BACKLOG = 2048
KEEP_ALIVE_S = 30


class PlainTextError(Exception):
    """The gateway was asked to listen without TLS on an address that others can reach."""


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to whoever runs the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


class HttpServer:
    """A server that is built, started, drained."""

    def __init__(self, settings: GatewaySettings, app: ASGIApp) -> None:
        """Takes what it serves; listens to nothing yet."""
        self._settings = settings
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            ssl_certfile=settings.tls.certificate or None,
            ssl_keyfile=settings.tls.key or None,
            timeout_graceful_shutdown=max(1, round(settings.grace.total_seconds())),
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listens and serves; returns the port.

        Raises PublicDevelopmentError, PlainTextError, or OSError when the port is taken or the certificate is none.
        """
        self._refuse_exposure()
        self._server.config.load()
        listening = _listen(self._settings.host.strip("[]"), self._settings.port)
        self._task = asyncio.create_task(self._server.serve([listening]), name="http")
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.005)
        port = int(listening.getsockname()[1])
        log.info("serving", extra={"fields": {"port": port}})
        return port

    def _refuse_exposure(self) -> None:
        host, tls = self._settings.host, self._settings.tls
        if is_loopback(host):
            return
        if self._settings.development:
            raise PublicDevelopmentError(
                f"Development mode listens on loopback addresses alone, not on {host}. "
                "Set RADIANT_DEVELOPMENT=false behind a boundary that speaks TLS."
            )
        if not tls.certificate and not tls.proxied:
            raise PlainTextError(
                f"Tokens would travel in plain text to {host}. Set RADIANT_GATEWAY_TLS_CERT and _TLS_KEY, or "
                "RADIANT_BEHIND_TLS_PROXY=true where a proxy in front speaks TLS."
            )

    async def set_serving(self, serving: bool) -> None:
        """Does nothing: load balancers notice that connections are refused."""

    async def stop(self, grace: timedelta) -> None:
        """Takes no new request, lets running ones end within the grace, then cancels them."""
        self._server.config.timeout_graceful_shutdown = max(1, round(grace.total_seconds()))
        self._server.should_exit = True
        if self._task is not None:
            await self._task


def _listen(host: str, port: int) -> socket.socket:
    """Opens the socket; its protocol is named, or asyncio would leave answers to wait for acknowledgements (40 ms)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening
