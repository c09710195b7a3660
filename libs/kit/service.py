"""Entry point of every service process: settings, logs, metrics, server, drain."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from kit.checks.command import Checks, arguments_of, run_checks
from kit.errors import RadiantError
from kit.lifecycle import StartError, Stoppable, serve_until_stopped
from kit.settings.declaration import SettingsError
from kit.telemetry.logs import configure
from kit.telemetry.metrics import serve_metrics
from kit.telemetry.redaction import redacted

log = logging.getLogger(__name__)

# gRPC reads the level when it is imported, so entry points import this module first. At its default level gRPC writes a
# line for each failed TLS handshake, so that any peer could fill the log.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

PRIVATE_UMASK = 0o077
"""File mode creation mask of a process: other users can read no recording, buffer or temporary file."""
STOPPED, START_FAILED, BAD_SETTINGS = 0, 1, 2
"""Exit codes of a process."""


class ProcessSettings(Protocol):
    """Settings that every process has."""

    @property
    def metrics_port(self) -> int:
        """Port of the metrics; 0 serves none."""
        ...

    @property
    def log_level(self) -> str:
        """Lowest level of the lines that are logged."""
        ...


class Server(Stoppable, Protocol):
    """A server that is built and not yet started."""

    async def start(self) -> object:
        """Listens and serves."""
        ...


S = TypeVar("S", bound=ProcessSettings)


def run(
    name: str,
    load_settings: Callable[[Mapping[str, str]], S],
    open_server: Callable[[S], AbstractAsyncContextManager[Server]],
    grace: Callable[[S], timedelta],
    *,
    preload: Sequence[str] = (),
    checks: Checks[S] | None = None,
    arguments: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
    run_loop: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run,
) -> int:
    """Serves until SIGTERM or SIGINT and then drains within `grace`. Returns the exit code of the process.

    The code is 0 after a drain, 1 when the service cannot start or fails, and 2 for bad settings. Errors go to standard
    error without secrets. `open_server` yields the server with its dependencies open, such as `voice.app.open_server`.

    `preload` names slow modules that functions import. A thread imports them once the service serves, so that neither
    the start nor a call waits for them.

    With --check among the `arguments` of the process, it prints the findings of `checks` instead of serving.
    """
    os.umask(PRIVATE_UMASK)
    given = arguments_of(name, arguments)
    if given.check or given.check_settings:
        return run_checks(load_settings, environ, checks, given, run_loop)
    try:
        settings = load_settings(environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_SETTINGS
    configure(name, settings.log_level)
    try:
        run_loop(_serve(settings, open_server, grace(settings), preload))
    except (OSError, RadiantError, StartError, ValueError) as error:
        sys.stderr.write(redacted(f"{error}\n"))
        return START_FAILED
    except Exception:
        log.exception("service failed")  # the log is redacted, a traceback of the interpreter is not
        return START_FAILED
    return STOPPED


async def _serve(
    settings: S,
    open_server: Callable[[S], AbstractAsyncContextManager[Server]],
    grace: timedelta,
    preload: Sequence[str],
) -> None:
    with serve_metrics(settings.metrics_port):
        async with open_server(settings) as server:
            await server.start()
            async with _preloaded(preload):
                await serve_until_stopped(server, grace)


@contextlib.asynccontextmanager
async def _preloaded(names: Sequence[str]) -> AsyncIterator[None]:
    """Imports the modules in a thread beside the block. Failures are logged, and raised where a function imports."""

    def load() -> None:
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                log.exception("module cannot be imported", extra={"fields": {"module": name}})

    loading = asyncio.create_task(asyncio.to_thread(load))
    try:
        yield
    finally:
        await loading
