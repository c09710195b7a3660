"""The suite as processes under its supervisor, with a proxy in every connection."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import grpc

from bench.performance.stack import KEY, PASSWORD
from bench.resilience.chaos.faults.disk import Disk
from bench.resilience.chaos.faults.proxy import Proxy
from bench.resilience.chaos.load.grpc_client import CHANNEL_OPTIONS, Channels
from cli.addresses import role_url
from cli.embedded import EmbeddedPostgres, EmbeddedValkey
from cli.embedded.process import free_port
from cli.processes.service_process import ServiceProcess, answers_grpc, answers_http
from cli.processes.supervisor import RestartPolicy, Supervisor
from cli.schemas import apply_all
from cli.services import SERVICES, Service, service_named

NAMES = ("ingest", "neural", "experiments", "voice")
"""Services with gRPC. The voice service also runs a worker."""
WORKER = "voice-worker"
"""A second voice worker, in a process of its own."""
VOICE_MODELS = Path("build/voice-models")
"""Folder of the weights of the speech model. It is kept for further runs."""
OPTIONS = {"shared_buffers": "64MB", "max_connections": "100", "max_wal_size": "96MB", "min_wal_size": "32MB"}
"""Durable settings with a small footprint."""
POLICY = RestartPolicy(
    first_wait=timedelta(milliseconds=200),
    wait_max=timedelta(seconds=1),
    crashes_max=1_000_000,
    window=timedelta(seconds=10),
)
"""Like the suite's own policy, but without a limit on crashes, because the crashes are intended."""


VOICE_SETTINGS = {
    "RADIANT_VOICE_CACHE": str(VOICE_MODELS.absolute()),
    "RADIANT_VOICE_CPU_THREADS": "1",
    "RADIANT_VOICE_CONCURRENCY": "2",
    "RADIANT_VOICE_LEASE_SECONDS": "5",
    "RADIANT_VOICE_RETRY_SECONDS": "0.5",
    "RADIANT_VOICE_LOST_SECONDS": "1",
    "RADIANT_VOICE_SWEEP_SECONDS": "1",
    "RADIANT_VOICE_ATTEMPTS_MAX": "100",
}
"""Short leases and waits. Attempts are not limited, because the kills of workers are intended."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The running parts, and the channels to them."""

    disk: Disk
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    services: dict[str, ServiceProcess]
    links: dict[str, tuple[Proxy, ...]]
    """Proxies by connection: clients, gateway (to the services), postgres and valkey."""
    channels: Channels
    http_port: int
    """Port of the proxy in front of the gateway."""

    @property
    def audio_url(self) -> str:
        """Folder of the recordings."""
        return str(self.disk.folder / "audio")

    def has(self, target: str) -> bool:
        """Returns whether the part runs on this machine. The voice service needs its extra."""
        return target in ("postgres", "valkey") or target in self.services

    async def is_ready(self, target: str) -> bool:
        """Returns whether the process of a part runs and answers health checks."""
        if target in ("postgres", "valkey"):
            return (self.postgres if target == "postgres" else self.valkey).is_alive()
        service = self.services[target]
        if target == WORKER:
            return await is_listening(service.address)
        return await (answers_http if target == "gateway" else answers_grpc)(service.address)

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
        await apply_all(postgres.url, {service.role: PASSWORD for service in SERVICES if service.role})
        servers = await _proxy(stack, postgres.port), await _proxy(stack, valkey.port)
        urls = _through(postgres.url, servers[0]), _through(valkey.url, servers[1])
        available = [service_named(name) for name in NAMES if not service_named(name).unavailable_reason]
        services = {service.name: _service(service, disk, *urls) for service in available}
        backs = {name: await _proxy(stack, _port(each)) for name, each in services.items()}
        fronts = {name: await _proxy(stack, _port(each)) for name, each in services.items()}
        services["gateway"] = _gateway(disk, {name: back.port for name, back in backs.items()})
        fronts["gateway"] = await _proxy(stack, _port(services["gateway"]))
        if "voice" in services:
            services[WORKER] = _voice_worker(disk, *urls)
        await asyncio.gather(*(supervisor.add(each) for each in services.values()))
        channels = {name: await stack.enter_async_context(_channel(fronts[name].port)) for name in backs}
        links = {
            "clients": tuple(fronts.values()),
            "gateway": tuple(backs.values()),
            "postgres": servers[:1],
            "valkey": servers[1:],
        }
        yield Suite(disk, postgres, valkey, services, links, Channels(**channels), fronts["gateway"].port)


def _port(service: ServiceProcess) -> int:
    return int(service.address.rpartition(":")[2])


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
    environ = _environ(service, disk, postgres_url, redis_url) | {"RADIANT_PORT": str(port)}
    return ServiceProcess(
        service.name,
        service.module,
        environ=environ,
        address=f"127.0.0.1:{port}",
        log=_log(disk, service.name),
        start_timeout=service.start_timeout,
    )


def _voice_worker(disk: Disk, postgres_url: str, redis_url: str) -> ServiceProcess:
    """Returns the process of a worker, which serves nothing but its metrics."""
    service, port = service_named("voice"), free_port()
    environ = _environ(service, disk, postgres_url, redis_url) | {"RADIANT_METRICS_PORT": str(port)}
    return ServiceProcess(
        WORKER,
        f"{service.module}.worker",
        environ=environ,
        address=f"127.0.0.1:{port}",
        log=_log(disk, WORKER),
        ready=is_listening,
        start_timeout=service.start_timeout,
    )


def _gateway(disk: Disk, ports: Mapping[str, int]) -> ServiceProcess:
    """Returns the gateway, which calls the services on these ports."""
    service, port = service_named("gateway"), free_port()
    environ = {
        **_base_environ(),
        **{f"RADIANT_GATEWAY_{name.upper()}_ADDRESS": f"127.0.0.1:{each}" for name, each in ports.items()},
        "RADIANT_GATEWAY_HOST": "127.0.0.1",
        "RADIANT_GATEWAY_PORT": str(port),
        "RADIANT_GATEWAY_METRICS_PORT": "0",
        "RADIANT_OTLP_GRPC_PORT": "0",
        "RADIANT_GATEWAY_REQUESTS_PER_SECOND": "0",
    }
    address, log = f"127.0.0.1:{port}", _log(disk, service.name)
    return ServiceProcess(service.name, service.module, environ=environ, address=address, log=log, ready=answers_http)


async def is_listening(address: str) -> bool:
    """Returns whether a process accepts connections at the address."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


def _log(disk: Disk, name: str) -> Path:
    return disk.folder / "logs" / f"{name}.log"


def _base_environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RADIANT_")}
    return {**kept, "RADIANT_TOKEN_KEY": KEY, "RADIANT_LOG_LEVEL": "WARNING"}


def _environ(service: Service, disk: Disk, postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        **_base_environ(),
        "RADIANT_DATABASE_URL": role_url(postgres_url, service.role, PASSWORD),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_AUDIO_URL": str(disk.folder / "audio"),
        "RADIANT_HOST": "127.0.0.1",
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_EXPLICIT_PER_USER_HOUR": "100000",
        "RADIANT_NIGHTLY_HOUR": "-1",
        **VOICE_SETTINGS,
    }
