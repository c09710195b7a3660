"""Services that say what a test tells them to; tokens and messages are judged for real, by the suite's own server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import ServiceDescriptor

from gateway.http.application import application
from gateway.http.service_calls import Calls
from gateway.routes.model import AUDIT, EXPERIMENTS, INGEST, LEARNING, RECOMMEND, VOICE
from gateway.settings import Addresses, GatewaySettings, HttpLimits
from kit.rpc.auth import SharedKeyTokens
from kit.rpc.server import RpcServerSettings, build_server
from radiant.experiments.v1 import experiment_service_pb2_grpc
from radiant.ingest.v1 import audit_service_pb2_grpc, ingest_service_pb2_grpc
from radiant.neural.v1 import learning_service_pb2_grpc, recommend_service_pb2_grpc
from radiant.voice.v1 import voice_service_pb2_grpc
from tests.gateway.serving import Gateway
from tests.support.suite import KEY

_ADD: dict[str, tuple[ServiceDescriptor, Callable[[Any, Any], None]]] = {
    "IngestService": (INGEST, ingest_service_pb2_grpc.add_IngestServiceServicer_to_server),
    "AuditService": (AUDIT, audit_service_pb2_grpc.add_AuditServiceServicer_to_server),
    "RecommendService": (RECOMMEND, recommend_service_pb2_grpc.add_RecommendServiceServicer_to_server),
    "LearningService": (LEARNING, learning_service_pb2_grpc.add_LearningServiceServicer_to_server),
    "ExperimentService": (EXPERIMENTS, experiment_service_pb2_grpc.add_ExperimentServiceServicer_to_server),
    "VoiceService": (VOICE, voice_service_pb2_grpc.add_VoiceServiceServicer_to_server),
}

Act = Callable[[Any], Awaitable[Any]]


@dataclass
class Script:
    """What services are asked, and what they say."""

    asked: list[tuple[str, Any]] = field(default_factory=list)
    """Calls that came whole, each with its request; of an upload, all its parts."""
    says: dict[str, Any] = field(default_factory=dict)
    """Answers by method: a message, a list of them for a stream, or an error to raise; empty ones unless said."""
    acts: dict[str, Act] = field(default_factory=dict)
    """What a method does with its request before it answers."""

    def servicer(self, area: ServiceDescriptor) -> object:
        """Returns a servicer of every method."""
        return type("Servicer", (), {name: staticmethod(self._method(area, name)) for name in area.methods_by_name})()

    def _method(self, area: ServiceDescriptor, name: str) -> Any:
        method = area.methods_by_name[name]

        async def met(request: Any) -> Any:
            if name in self.acts:
                await self.acts[name](request)
            whole = [part async for part in request] if method.client_streaming else request
            if method.client_streaming:
                await asyncio.sleep(0.02)  # an upload that was given up looks whole until its call is cancelled
            self.asked.append((name, whole))
            said = self.says.get(name, message_factory.GetMessageClass(method.output_type)())
            if isinstance(said, Exception):
                raise said
            return said

        async def answers(request: Any, context: object) -> AsyncIterator[Any]:
            said = await met(request)
            for each in said if isinstance(said, list) else [said]:
                if isinstance(each, Exception):
                    raise each
                yield each

        async def answer(request: Any, context: object) -> Any:
            return await met(request)

        return answers if method.server_streaming else answer


@contextlib.asynccontextmanager
async def speaking(script: Script) -> AsyncIterator[str]:
    """Gives the address at which all services of the suite follow the script."""
    server = build_server(RpcServerSettings(), SharedKeyTokens(KEY))
    for area, add in _ADD.values():
        server.add(add, script.servicer(area), area)
    port = await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(timedelta())


@dataclass(frozen=True)
class Scripted(Gateway):
    """The application over scripted services."""

    script: Script


@contextlib.asynccontextmanager
async def scripted_gateway(timeout: timedelta = timedelta(seconds=10)) -> AsyncIterator[Scripted]:
    """Runs the gateway over scripted services while the block runs."""
    script = Script()
    async with speaking(script) as address, contextlib.AsyncExitStack() as stack:
        addresses = Addresses(ingest=address, neural=address, experiments=address, voice=address)
        settings = GatewaySettings(addresses=addresses, port=0, limits=HttpLimits(requests_per_s=0))
        calls = Calls(addresses, timeout)
        stack.push_async_callback(calls.close)
        yield Scripted(application(settings, calls), settings, calls, script)
