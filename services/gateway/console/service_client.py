"""What pages ask of the services, as the person who is signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from gateway.http.problems import problem_from_error
from gateway.routes.service_calls import ServiceCalls
from kit import logs
from radiant.experiments.v1.experiment_service_pb2_grpc import ExperimentServiceStub
from radiant.ingest.v1.audit_service_pb2_grpc import AuditServiceStub
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant.neural.v1.learning_service_pb2_grpc import LearningServiceStub
from radiant.neural.v1.recommend_service_pb2_grpc import RecommendServiceStub
from radiant.voice.v1.voice_service_pb2_grpc import VoiceServiceStub
from radiant_client.transport.errors import from_rpc_error

Asks = TypeVar("Asks", bound=Message)
Answers = TypeVar("Answers", bound=Message)


class Desk:
    """Makes calls with one person's token, which the services judge."""

    def __init__(self, calls: ServiceCalls, token: str, timeout_s: float) -> None:
        """Takes the open channels; `timeout_s` bounds each unary call."""
        self._token, self._timeout_s = token, timeout_s
        self.ingest = IngestServiceStub(calls.channel("ingest"))
        self.audit = AuditServiceStub(calls.channel("ingest"))
        self.recommend = RecommendServiceStub(calls.channel("neural"))
        self.learning = LearningServiceStub(calls.channel("neural"))
        self.experiments = ExperimentServiceStub(calls.channel("experiments"))
        self.voice = VoiceServiceStub(calls.channel("voice"))

    async def ask(
        self, call: grpc.aio.UnaryUnaryMultiCallable[Asks, Answers], request: Asks, timeout_s: float | None = None
    ) -> Answers:
        """Makes a unary call, within the common time-out unless another is given; raises Problem."""
        try:
            return await call(request, metadata=self._metadata(), timeout=timeout_s or self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            raise problem_from_error(from_rpc_error(failure)) from failure

    async def stream(
        self, call: grpc.aio.UnaryStreamMultiCallable[Asks, Answers], request: Asks, timeout_s: float
    ) -> AsyncIterator[Answers]:
        """Makes a call that answers with a stream; raises Problem."""
        try:
            async for answer in call(request, metadata=self._metadata(), timeout=timeout_s):
                yield answer
        except grpc.aio.AioRpcError as failure:
            raise problem_from_error(from_rpc_error(failure)) from failure

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("x-request-id", logs.request_id.get()), ("authorization", f"Bearer {self._token}"))
