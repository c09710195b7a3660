"""The suite as processes under its supervisor, with a proxy in every connection."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import grpc

from bench.performance.stack import KEY, PASSWORD
from bench.resilience.chaos.clients import CHANNEL_OPTIONS, Channels
from bench.resilience.chaos.disk import Disk
from bench.resilience.chaos.proxy import Proxy
from cli.addresses import role_url
from cli.embedded import EmbeddedPostgres, EmbeddedValkey
from cli.embedded.process import free_port
from cli.processes.service_process import ServiceProcess
from cli.processes.supervisor import RestartPolicy, Supervisor
from cli.schemas import apply_all
from cli.services import SERVICES, Service, service_named

NAMES = ("ingest", "neural", "experiments")
OPTIONS = {"shared_buffers": "64MB", "max_connections": "100", "max_wal_size": "96MB", "min_wal_size": "32MB"}
"""Durable settings with a small footprint."""
POLICY = RestartPolicy(
    first_wait=timedelta(milliseconds=200),
    wait_max=timedelta(seconds=1),
    crashes_max=1_000_000,
    window=timedelta(seconds=10),
)
"""Like the suite's own policy, but without a limit on crashes, because the crashes are intended."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The running parts, and the channels to them."""

    disk: Disk
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    services: dict[str, ServiceProcess]
    links: dict[str, tuple[Proxy, ...]]
    channels: Channels

    def pids(self, target: str) -> list[int]:
        """Returns the process IDs of a part. PostgreSQL has a child process per connection."""
        if target == "postgres":
            return [self.postgres.pid, *children(self.postgres.pid)] if self.postgres.pid else []
        pid = self.valkey.pid if target == "valkey" else self.services[target].pid
        return [pid] if pid else []

    def send(self, target: str, number: signal.Signals, *, first_only: bool = False) -> None:
        """Sends a signal to the processes of a part, or only to the first."""
        for pid in self.pids(target)[: 1 if first_only else None]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def children(parent: int) -> list[int]:
    """Returns the IDs of the running child processes of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(entry.name))
    return found


@contextlib.asynccontextmanager
async def running(disk: Disk) -> AsyncIterator[Suite]:
    """Runs the suite on the disk's folder. All processes end with the block."""
    async with contextlib.AsyncExitStack() as stack:
        postgres, valkey = EmbeddedPostgres(disk.folder, options=OPTIONS), EmbeddedValkey(disk.folder)
        stack.callback(lambda: shutil.rmtree(postgres.folder, ignore_errors=True))
        supervisor = Supervisor(POLICY)
        stack.push_async_callback(supervisor.stop)
        await asyncio.gather(supervisor.add(postgres), supervisor.add(valkey))
        await apply_all(postgres.url, {service.role: PASSWORD for service in SERVICES})
        servers = await _proxy(stack, postgres.port), await _proxy(stack, valkey.port)
        urls = _through(postgres.url, servers[0]), _through(valkey.url, servers[1])
        services = {name: _service(service_named(name), disk, *urls) for name in NAMES}
        await asyncio.gather(*(supervisor.add(each) for each in services.values()))
        fronts = [await _proxy(stack, int(each.address.rpartition(":")[2])) for each in services.values()]
        channels = Channels(*[await stack.enter_async_context(_channel(front.port)) for front in fronts])
        links = {"clients": tuple(fronts), "postgres": servers[:1], "valkey": servers[1:]}
        yield Suite(disk, postgres, valkey, services, links, channels)


async def _proxy(stack: contextlib.AsyncExitStack, port: int) -> Proxy:
    proxy = Proxy(port)
    await proxy.start()
    stack.push_async_callback(proxy.close)
    return proxy


def _through(url: str, proxy: Proxy) -> str:
    """Returns the URL with the proxy's address."""
    parts = urlsplit(url)
    login, _, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}").geturl()


def _channel(port: int) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)


def _service(service: Service, disk: Disk, postgres_url: str, redis_url: str) -> ServiceProcess:
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RADIANT_")},
        "RADIANT_DATABASE_URL": role_url(postgres_url, service.role, PASSWORD),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_AUDIO_URL": str(disk.folder / "audio"),
        "RADIANT_HOST": "127.0.0.1",
        "RADIANT_PORT": str(port),
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_LOG_LEVEL": "WARNING",
        "RADIANT_EXPLICIT_PER_USER_HOUR": "100000",
        "RADIANT_NIGHTLY_HOUR": "-1",
    }
    log = disk.folder / "logs" / f"{service.name}.log"
    return ServiceProcess(service.name, service.module, environ=environ, address=f"127.0.0.1:{port}", log=log)
