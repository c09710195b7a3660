"""Process of one service: started with its environment, ready when its health check succeeds."""

import asyncio
import json
import re
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.embedded.folder import EmbeddedError
from cli.embedded.process import Command, GuardedProcess
from radiant_client import Tls, open_channel

_POLL_S = 0.05
_LOG_TAIL_LINES = 12
_GRPC_INFORMATION = re.compile(r"[IW]\d{4} \d\d:\d\d:")
"""Beginning of lines that gRPC itself logs about connections, for example failed handshakes of others."""


class ServiceProcess:
    """`python -m <module>` under guard; a Part of the supervisor."""

    def __init__(
        self,
        name: str,
        module: str,
        *,
        environ: Mapping[str, str],
        address: str,
        log: Path,
        ready: Callable[[str], Awaitable[bool]] | None = None,
        start_timeout: timedelta = timedelta(seconds=60),
        grace: timedelta = timedelta(seconds=15),
    ) -> None:
        """Does not start the process. `ready` is its health check, by gRPC if None.

        `start_timeout` limits the start, `grace` the time between SIGTERM and SIGKILL.
        """
        self.name = name
        self.address = address
        """Host and port of its health check."""
        self._command = Command(arguments=[sys.executable, "-m", module], log=log, environ=environ, grace=grace)
        self._health_check = ready or answers_grpc
        self._start_timeout_s = start_timeout.total_seconds()
        self._process: GuardedProcess | None = None
        self._log_begin = 0
        """Size of the log in bytes at the last start."""

    @property
    def pid(self) -> int:
        """Process id; 0 when not started."""
        return self._process.pid if self._process is not None else 0

    def is_alive(self) -> bool:
        """Returns whether the process runs."""
        return self._process is not None and self._process.exit_code() is None

    async def start(self) -> None:
        """Starts the process; raises EmbeddedError with the errors in its log when it does not become ready."""
        await self.stop()
        self._log_begin = self._command.log.stat().st_size if self._command.log.exists() else 0
        self._process = await asyncio.to_thread(GuardedProcess, self._command)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._ready(self._process)
        except TimeoutError:
            await self.stop()
            raise EmbeddedError(self._failure(f"was not ready within {self._start_timeout_s:g} s")) from None
        except BaseException:
            await self.stop()
            raise

    async def wait(self) -> int:
        """Waits for the process's end and returns its exit code (128 + N for signal N)."""
        if self._process is None:
            raise EmbeddedError(f"{self.name} has not been started.")
        return await self._process.wait()

    async def stop(self) -> None:
        """Sends SIGTERM, then SIGKILL after `grace`. Idempotent."""
        if self._process is not None:
            process, self._process = self._process, None
            await process.stop()

    async def _ready(self, process: GuardedProcess) -> None:
        while True:
            ready = await self._health_check(self.address)
            if (code := process.exit_code()) is not None:  # another process on the port could answer instead
                raise EmbeddedError(self._failure(f"exited with code {code} during its start"))
            if ready:
                return
            await asyncio.sleep(_POLL_S)

    def _failure(self, what: str) -> str:
        path = self._command.log
        text = path.read_bytes()[self._log_begin :].decode(errors="replace") if path.exists() else ""
        return "\n".join([f"{self.name} {what}. Its log is {path}:", *failure_lines(text)])


def failure_lines(text: str) -> list[str]:
    """Returns the lines of a log that explain a failed start, at most 12.

    These are the lines that are not JSON and the messages of errors, each with the last line of its traceback. A log
    without any of them is represented by its last lines. Information lines of gRPC are left out.
    """
    found = []
    lines = [line for line in text.splitlines() if not _GRPC_INFORMATION.match(line)]
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            found.append(line)
            continue
        if isinstance(event, dict) and event.get("level") in ("error", "critical"):
            found.append(str(event.get("message", "")))
            found += str(event.get("trace", "")).strip().splitlines()[-1:]
    return (found or lines)[-_LOG_TAIL_LINES:]


async def answers_grpc(address: str, timeout: timedelta = timedelta(seconds=1), tls: Tls | None = None) -> bool:
    """Returns whether the server's overall gRPC health is SERVING. `tls` is required if the server uses TLS."""
    async with open_channel(address, tls=tls or False).channel as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=timeout.total_seconds())
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def answers_http(address: str, timeout: timedelta = timedelta(seconds=1)) -> bool:
    """Returns whether `GET /healthz` answers 200."""
    return await _healthy(address, None, timeout)


async def answers_https(address: str, timeout: timedelta = timedelta(seconds=1)) -> bool:
    """Returns the same over TLS, without verification of the certificate: the process is a child of this one."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await _healthy(address, context, timeout)


async def _healthy(address: str, context: ssl.SSLContext | None, timeout: timedelta) -> bool:
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=context)
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
