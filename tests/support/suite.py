"""Services as processes that a test can kill and restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.embedded.process import free_port
from kit.auth.tokens import mint
from radiant.ingest.v1 import ingest_service_pb2_grpc
from radiant.neural.v1 import learning_service_pb2_grpc, recommend_service_pb2_grpc
from tests.support.servers import url_as

KEY = "a-signing-key-for-tests-only-0123456789"
START_SECONDS_MAX = 30.0


def token(tenant: str, *roles: str) -> grpc.aio.Metadata:
    """Returns the call metadata of a tenant's caller. An empty tenant is for operators."""
    text = mint(KEY, tenant, roles or ("service",), timedelta(hours=1), "test")
    return grpc.aio.Metadata(("authorization", f"Bearer {text}"))


@dataclass
class ServiceProcess:
    """A service process whose port stays the same after restarts."""

    module: str
    environ: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Address of the service."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts the process and waits until it serves. Raises RuntimeError with its log if it does not."""
        environ = {**os.environ, **self.environ, "RADIANT_HOST": "127.0.0.1", "RADIANT_PORT": str(self.port)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, env=environ, stdout=log, stderr=log
            )
        async with grpc.aio.insecure_channel(self.address) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            deadline = asyncio.get_running_loop().time() + START_SECONDS_MAX
            while asyncio.get_running_loop().time() < deadline and self._process.returncode is None:
                with contextlib.suppress(grpc.aio.AioRpcError):
                    answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=1)
                    if answer.status == health_pb2.HealthCheckResponse.SERVING:
                        return
                await asyncio.sleep(0.05)
        raise RuntimeError(f"{self.module} did not start:\n{self.log.read_text()[-4000:]}")

    async def end(self, how: signal.Signals) -> None:
        """Sends a signal and waits for the end of the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            try:
                await asyncio.wait_for(self._process.wait(), 15)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def kill(self) -> None:
        """Kills the process."""
        await self.end(signal.SIGKILL)

    async def stop(self) -> None:
        """Terminates the process with SIGTERM."""
        await self.end(signal.SIGTERM)


@dataclass
class Suite:
    """Ingest and neural on one database and one Redis, with stubs."""

    ingest_process: ServiceProcess
    neural_process: ServiceProcess
    ingest: ingest_service_pb2_grpc.IngestServiceStub
    recommend: recommend_service_pb2_grpc.RecommendServiceStub
    learning: learning_service_pb2_grpc.LearningServiceStub


def service_process(module: str, database_url: str, redis_url: str, folder: Path, **extra: str) -> ServiceProcess:
    """Returns a service process with its database role. It is not started."""
    environ = {
        "RADIANT_DATABASE_URL": url_as(f"radiant_{module}", database_url),
        "RADIANT_REDIS_URL": redis_url,
        "RADIANT_TOKEN_KEY": KEY,
        "RADIANT_METRICS_PORT": "0",
        "RADIANT_EXPLICIT_PER_USER_HOUR": "10000",
        **extra,
    }
    return ServiceProcess(module, environ, folder / f"{module}.log")


def quick_channel(address: str) -> grpc.aio.Channel:
    """Opens a channel that reconnects quickly."""
    backoff = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]
    return grpc.aio.insecure_channel(address, options=[*backoff, ("grpc.min_reconnect_backoff_ms", 50)])


def show_troubles(processes: list[ServiceProcess]) -> None:
    """Prints the last errors in the logs of the processes."""
    for process in processes:
        lines = process.log.read_text().splitlines() if process.log.exists() else []
        for line in [line for line in lines if '"level": "error"' in line or not line.startswith("{")][-5:]:
            print(f"{process.module}: {line[-4000:]}")  # noqa: T201


@contextlib.asynccontextmanager
async def running_suite(database_url: str, redis_url: str, **extra: str) -> AsyncIterator[Suite]:
    """Runs ingest and neural as processes within the block."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        processes = [service_process(name, database_url, redis_url, folder, **extra) for name in ("ingest", "neural")]
        for process in processes:
            stack.push_async_callback(process.stop)
        stack.callback(show_troubles, processes)
        await asyncio.gather(*(process.start() for process in processes))
        ingest, neural = processes
        to_ingest = await stack.enter_async_context(quick_channel(ingest.address))
        to_neural = await stack.enter_async_context(quick_channel(neural.address))
        yield Suite(
            ingest,
            neural,
            ingest_service_pb2_grpc.IngestServiceStub(to_ingest),
            recommend_service_pb2_grpc.RecommendServiceStub(to_neural),
            learning_service_pb2_grpc.LearningServiceStub(to_neural),
        )
