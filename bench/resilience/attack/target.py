"""The attacked suite: addresses, tokens, calls and the measurement of other callers' latency."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
from google.protobuf.message import Message

from kit.auth.tokens import mint
from radiant.ingest.v1 import ingest_service_pb2

DEADLINE_S = 10.0
PROBE_DEADLINE_S, PROBE_PAUSE_S = 5.0, 0.05
RECOVERY_SECONDS_MAX = 90.0
STATS = "/radiant.ingest.v1.IngestService/GetFeedbackStats"


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a gRPC call."""

    code: str
    details: str = ""
    body: bytes = b""

    @property
    def is_internal(self) -> bool:
        """Whether the service failed in a way that no request may cause."""
        return self.code in ("INTERNAL", "UNKNOWN", "DATA_LOSS")


@dataclass(slots=True)
class Latency:
    """Latency of another caller during an attack."""

    max_s: float = 0.0
    calls: int = 0
    failed: int = 0
    """Calls without an answer within PROBE_DEADLINE_S, or with an error."""

    def is_within(self, seconds: float) -> bool:
        """Returns whether all calls were answered, each within a time."""
        return self.calls > 0 and not self.failed and self.max_s <= seconds

    def __str__(self) -> str:
        return f"slowest of {self.calls} calls {self.max_s:.2f} s, {self.failed} failed"


@dataclass(frozen=True, slots=True)
class Target:
    """A running suite."""

    folder: Path
    """Data folder."""
    addresses: dict[str, str]
    """host:port by service; of the gateway without the scheme."""
    otlp_port: int
    key: str = field(repr=False)
    """Key of development tokens."""
    owner_url: str = field(repr=False)
    """PostgreSQL with the superuser."""
    output: Path = field(repr=False)
    """File with the output of `radiant up`."""
    pids: Callable[[str], list[int]] = field(repr=False)
    """Returns the process IDs of a service."""
    channels: dict[str, grpc.aio.Channel] = field(default_factory=dict, repr=False)

    @property
    def gateway_url(self) -> str:
        """URL of the gateway."""
        return f"http://{self.addresses['gateway']}"

    def bearer(self, tenant: str, *roles: str, seconds: float = 3600, subject: str = "attack") -> str:
        """Returns the Authorization header of a caller."""
        return f"Bearer {mint(self.key, tenant, roles or ('service',), timedelta(seconds=seconds), subject)}"

    async def call(
        self, method: str, request: Message | bytes, authorization: str = "", deadline_s: float = DEADLINE_S
    ) -> Answer:
        """Makes a unary call. `method` is the path of a gRPC method."""
        body = request if isinstance(request, bytes) else request.SerializeToString()
        stub: Any = self.channel(service_of(method)).unary_unary(method)
        metadata = (("authorization", authorization),) if authorization else ()
        try:
            return Answer("OK", "", await stub(body, metadata=metadata, timeout=deadline_s))
        except grpc.aio.AioRpcError as error:
            return Answer(error.code().name, error.details() or "")

    def channel(self, service: str) -> grpc.aio.Channel:
        """Returns a channel to a service, the same at every call."""
        if service not in self.channels:
            options = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1))
            self.channels[service] = grpc.aio.insecure_channel(self.addresses[service], options=options)
        return self.channels[service]

    @contextlib.asynccontextmanager
    async def client(self, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
        """Yields an HTTP client of the gateway."""
        async with httpx.AsyncClient(base_url=self.gateway_url, timeout=DEADLINE_S, **more) as client:
            yield client

    @contextlib.asynccontextmanager
    async def probing(self, service: str) -> AsyncIterator[Latency]:
        """Measures the latency of another caller of a service during the block, in a thread of its own."""
        latency, is_over = Latency(), threading.Event()
        once = self._health if service == "gateway" else self._statistics
        thread = threading.Thread(target=_probe, args=(once, latency, is_over), daemon=True)
        thread.start()
        try:
            yield latency
        finally:
            is_over.set()
            await asyncio.to_thread(thread.join)

    async def recover(self) -> bool:
        """Waits until gateway and ingest answer. Returns False if they do not."""
        end_s = time.monotonic() + RECOVERY_SECONDS_MAX
        while time.monotonic() < end_s:
            answers = await asyncio.gather(*(asyncio.to_thread(once) for once in (self._health, self._statistics)))
            if all(answers):
                return True
            await asyncio.sleep(0.2)
        return False

    def _health(self) -> bool:
        connection = http.client.HTTPConnection(self.addresses["gateway"], timeout=PROBE_DEADLINE_S)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _statistics(self) -> bool:
        """Reads an output that does not exist: the answer is NOT_FOUND."""
        body = ingest_service_pb2.GetFeedbackStatsRequest(output_id="none").SerializeToString()
        options = (("grpc.use_local_subchannel_pool", 1),)
        with grpc.insecure_channel(self.addresses["ingest"], options=options) as channel:
            stub: Any = channel.unary_unary(STATS)
            metadata = (("authorization", self.bearer("bystander")),)
            try:
                stub(body, metadata=metadata, timeout=PROBE_DEADLINE_S)
            except grpc.RpcError as error:
                return bool(error.code() is grpc.StatusCode.NOT_FOUND)
        return True


def _probe(once: Callable[[], bool], latency: Latency, is_over: threading.Event) -> None:
    while not is_over.is_set() or not latency.calls:
        begun = time.monotonic()
        has_answered = once()
        latency.max_s = max(latency.max_s, time.monotonic() - begun)
        latency.calls += 1
        latency.failed += not has_answered
        is_over.wait(PROBE_PAUSE_S)


def service_of(method: str) -> str:
    """Returns the service of a gRPC path such as /radiant.ingest.v1.IngestService/GetFeedbackStats."""
    return method.split(".")[1]
