"""The gateway in the test's own process over real services, and what tests ask it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from gateway.http.application import application
from gateway.http.service_calls import Calls
from gateway.settings import Addresses, GatewaySettings, HttpLimits
from kit.rpc.auth import mint
from tests.experiments.service import serving as experiments
from tests.ingest import serving as ingest
from tests.neural.fixtures import service as neural
from tests.support.suite import KEY

BASE = "http://gateway"


def bearer(tenant: str, *roles: str) -> dict[str, str]:
    """Returns the headers of a tenant's caller."""
    text = mint(KEY, tenant, roles or ("service", "admin"), timedelta(hours=1), "test")
    return {"authorization": f"Bearer {text}"}


ACME = bearer("acme")
GLOBEX = bearer("globex")


@dataclass(frozen=True)
class Gateway:
    """The application over services."""

    app: Starlette
    settings: GatewaySettings
    calls: Calls

    async def ask(
        self, method: str, path: str, *, who: Mapping[str, str] = ACME, headers: Mapping[str, str] = {}, **more: Any
    ) -> httpx.Response:
        """Makes one request below /api/v2."""
        async with self.client(self.app) as client:
            return await client.request(method, f"/api/v2{path}", headers={**who, **headers}, **more)

    def other(self, *, limits: HttpLimits | None = None, cors_origins: tuple[str, ...] = ()) -> httpx.AsyncClient:
        """Returns a client of another application over the same services, with other settings."""
        settings = replace(self.settings, limits=limits or self.settings.limits, cors_origins=cors_origins)
        return self.client(application(settings, self.calls))

    def client(self, app: Starlette) -> httpx.AsyncClient:
        """Returns a client that calls an application without a network."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, timeout=30)


@dataclass(frozen=True)
class Served(Gateway):
    """The application over the real services."""

    intake: ingest.Serving
    learning: neural.RunningService


@contextlib.asynccontextmanager
async def gateway(database_url: str, redis_url: str, recordings: Path) -> AsyncIterator[Served]:
    """Runs the three services and the gateway over them while the block runs."""
    async with contextlib.AsyncExitStack() as stack:
        intake = await stack.enter_async_context(
            ingest.serving(database_url, redis_url, {"RADIANT_AUDIO_URL": str(recordings)})
        )
        learning = await stack.enter_async_context(neural.running_service(database_url, redis_url))
        trials = await stack.enter_async_context(experiments.serving(database_url))
        addresses = Addresses(ingest=intake.address, neural=learning.address, experiments=trials.address)
        settings = GatewaySettings(addresses=addresses, limits=HttpLimits(requests_per_s=0))
        calls = Calls(addresses, settings.limits.call_timeout)
        stack.push_async_callback(calls.close)
        yield Served(application(settings, calls), settings, calls, intake, learning)


def vote(output: str, user: str = "u", rating: str = "RATING_POSITIVE", **more: Any) -> dict[str, Any]:
    """Returns the body of explicit feedback."""
    return {"outputId": output, "userId": user, "rating": rating, "source": "FEEDBACK_SOURCE_API", **more}


def signal(output: str, user: str = "u", kind: str = "SIGNAL_TYPE_COPY_RESPONSE") -> dict[str, Any]:
    """Returns the body of a signal."""
    return {"outputId": output, "userId": user, "signalType": kind}


def draft(name: str = "large or small") -> dict[str, Any]:
    """Returns the body of an experiment."""
    variants = [{"name": "control", "config": {"model": "small"}}, {"name": "treatment", "config": {"model": "large"}}]
    kind = "EXPERIMENT_TYPE_MODEL_ROUTING"
    return {"displayName": name, "type": kind, "trafficPercentage": 0.5, "variants": variants}


def key() -> dict[str, str]:
    """Returns the header of a fresh idempotency key."""
    return {"idempotency-key": str(uuid.uuid4())}
