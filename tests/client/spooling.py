"""What the tests of the spool share: clients that find a restarted service at once, and an outage."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt

from radiant.ingest.v1 import manifest_pb2
from radiant_client import Radiant, SpoolSettings
from radiant_client.transport.backoff import Backoff
from tests.client.fakes import Suite, suite
from tests.support.suite import free_port

QUICK = [(f"grpc.{name}_reconnect_backoff_ms", 50) for name in ("initial", "min", "max")]
"""Channel options with which a restarted service is found at once."""


def token_of(tenant: str) -> str:
    """Gives a token that names a tenant, as the suite's do."""
    return jwt.encode({"tenant": tenant}, "a-signing-key-for-tests-only-0123456789", algorithm="HS256")


@contextlib.asynccontextmanager
async def client(port: int, folder: Path, tenant: str = "acme", **limits: Any) -> AsyncIterator[Radiant]:
    """Gives a client of the services at a port, with a spool in a folder."""
    address = f"127.0.0.1:{port}"
    async with await Radiant.connect(
        ingest=address,
        neural=address,
        token=token_of(tenant),
        default_model="m",
        options=QUICK,
        ready_timeout=0.05,
        spool=SpoolSettings(folder=folder, **limits),
    ) as radiant:
        yield radiant


@contextlib.asynccontextmanager
async def outage(folder: Path, **limits: Any) -> AsyncIterator[tuple[Radiant, int]]:
    """Gives a client whose services are away, and the port at which they may come back."""
    port = free_port()
    async with client(port, folder, **limits) as radiant:
        breaker = radiant._connections["ingest"].breaker
        breaker._limit, breaker._backoff = 1, Backoff(0.1, 0.3)  # to find out once is enough
        yield radiant, port


@contextlib.asynccontextmanager
async def back(radiant: Radiant, port: int) -> AsyncIterator[Suite]:
    """Lets the fakes come back, and waits at the end until all that can be sent is sent."""
    async with suite(port) as served:
        yield served
        assert radiant.spool is not None
        assert await radiant.spool.drained(10.0), radiant.health()


def manifest(output: str, user: str = "u") -> manifest_pb2.ExecutionManifest:
    """Builds a manifest without a time."""
    return manifest_pb2.ExecutionManifest(
        output_id=output,
        user_id=user,
        request_type=manifest_pb2.REQUEST_TYPE_CHAT,
        task_type="chat",
        models_used=["m"],
    )
