"""gRPC client of the services that calls them with the token of the signed-in user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from gateway.http.problems import problem_from_error
from gateway.routes.json.convert import with_user_keys
from gateway.routes.service_calls import ServiceCalls
from kit.telemetry import logs
from radiant.experiments.v1.experiment_service_pb2_grpc import ExperimentServiceStub
from radiant.ingest.v1.alias_service_pb2_grpc import AliasServiceStub
from radiant.ingest.v1.audit_service_pb2_grpc import AuditServiceStub
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant.neural.v1.learning_service_pb2_grpc import LearningServiceStub
from radiant.neural.v1.recommend_service_pb2_grpc import RecommendServiceStub
from radiant.voice.v1.voice_service_pb2_grpc import VoiceServiceStub
from radiant_client.transport.errors import from_rpc_error

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class ServiceClient:
    """Stubs of all services. The services authorize each call by the token."""

    def __init__(self, calls: ServiceCalls, token: str, timeout_s: float) -> None:
        """Takes the open channels; `timeout_s` is the default time-out of a unary call in seconds."""
        self._token, self._timeout_s = token, timeout_s
        self.ingest = IngestServiceStub(calls.channel("ingest"))
        self.aliases = AliasServiceStub(calls.channel("ingest"))
        self.audit = AuditServiceStub(calls.channel("ingest"))
        self.recommend = RecommendServiceStub(calls.channel("neural"))
        self.learning = LearningServiceStub(calls.channel("neural"))
        self.experiments = ExperimentServiceStub(calls.channel("experiments"))
        self.voice = VoiceServiceStub(calls.channel("voice"))

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[RequestT, ResponseT],
        message: RequestT,
        timeout_s: float | None = None,
    ) -> ResponseT:
        """Makes a unary call and returns its response; raises Problem."""
        try:
            return await method(
                with_user_keys(message), metadata=self._metadata(), timeout=timeout_s or self._timeout_s
            )
        except grpc.aio.AioRpcError as failure:
            raise problem_from_error(from_rpc_error(failure)) from failure

    async def stream(
        self, method: grpc.aio.UnaryStreamMultiCallable[RequestT, ResponseT], message: RequestT, timeout_s: float
    ) -> AsyncIterator[ResponseT]:
        """Makes a server-streaming call and yields its responses; raises Problem."""
        try:
            async for response in method(with_user_keys(message), metadata=self._metadata(), timeout=timeout_s):
                yield response
        except grpc.aio.AioRpcError as failure:
            raise problem_from_error(from_rpc_error(failure)) from failure

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("x-request-id", logs.request_id.get()), ("authorization", f"Bearer {self._token}"))
