"""Servers and services of a benchmark: durable PostgreSQL, Valkey, and a process per service."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.addresses import role_url
from cli.embedded import EmbeddedPostgres, EmbeddedValkey
from cli.embedded.process import free_port
from cli.schemas import apply_all
from cli.services import SERVICES
from kit.auth.tokens import mint

KEY = "a-signing-key-for-benchmarks-0123456789"
PASSWORD = "bench"
START_SECONDS_MAX = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


def token(tenant: str, *roles: str) -> tuple[tuple[str, str], ...]:
    """Returns the call metadata of a tenant's caller."""
    return (("authorization", f"Bearer {mint(KEY, tenant, roles or ('service',), timedelta(hours=2), 'bench')}"),)


@dataclass(frozen=True, slots=True)
class Process:
    """A server process."""

    pid: int
    address: str

    def cpu_s(self) -> float:
        """Returns the CPU time of the process in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass(frozen=True, slots=True)
class Servers:
    """The database servers of the services."""

    postgres_url: str
    """URL with the superuser."""
    redis_url: str
    postgres_pid: int


def _open_folder() -> Path:
    """Creates a temporary folder that PostgreSQL's user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="radiant-bench-"))
    folder.chmod(0o755)
    return folder


@contextlib.asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Runs PostgreSQL with durable settings and all schemas, and Valkey, in a temporary folder."""
    folder = _open_folder()
    postgres, valkey = EmbeddedPostgres(folder), EmbeddedValkey(folder)
    try:
        await postgres.start()
        await valkey.start()
        await apply_all(postgres.url, {service.role: PASSWORD for service in SERVICES})
        yield Servers(postgres.url, valkey.url, postgres.pid)
    finally:
        await valkey.stop()
        await postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(postgres.folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def process(module: str, environ: Mapping[str, str]) -> AsyncIterator[Process]:
    """Runs `python -m module` and waits until it serves. The process ends with the block."""
    port = free_port()
    whole = {**os.environ, **environ, "RADIANT_HOST": "127.0.0.1", "RADIANT_PORT": str(port)}
    whole |= {"RADIANT_TOKEN_KEY": KEY, "RADIANT_LOG_LEVEL": "WARNING"}
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=whole)
    try:
        await _until_serving(f"127.0.0.1:{port}")
        yield Process(running.pid, f"127.0.0.1:{port}")
    finally:
        running.terminate()
        await running.wait()


@contextlib.asynccontextmanager
async def http_process(module: str, environ: Mapping[str, str], port_variable: str) -> AsyncIterator[Process]:
    """Runs `python -m module`, which serves HTTP on the port in `port_variable`. The process ends with the block."""
    port = free_port()
    whole = {**os.environ, **environ, port_variable: str(port), "RADIANT_LOG_LEVEL": "WARNING"}
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=whole)
    try:
        await _until_listening(port)
        yield Process(running.pid, f"127.0.0.1:{port}")
    finally:
        running.terminate()
        await running.wait()


def service(module: str, on: Servers) -> contextlib.AbstractAsyncContextManager[Process]:
    """Runs a service of the suite on the servers, with its database role."""
    urls = {
        "RADIANT_DATABASE_URL": role_url(on.postgres_url, f"radiant_{module}", PASSWORD),
        "RADIANT_REDIS_URL": on.redis_url,
    }
    return process(module, urls)


async def _until_serving(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel, asyncio.timeout(START_SECONDS_MAX):
        health = health_pb2_grpc.HealthStub(channel)
        while True:
            with contextlib.suppress(grpc.aio.AioRpcError):
                await health.Check(health_pb2.HealthCheckRequest(), timeout=1)
                return
            await asyncio.sleep(0.05)


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(START_SECONDS_MAX):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.05)
