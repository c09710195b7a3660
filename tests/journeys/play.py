"""Requests of the journeys, built short."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, manifest_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2
from tests.support.suite import Suite, token

CALL_SECONDS = 10.0


def request_id() -> str:
    """Returns a fresh request id."""
    return str(uuid.uuid4())


def at(seconds: float) -> Timestamp:
    """Returns a moment of the day before this one, by its seconds."""
    moment = Timestamp()
    moment.FromDatetime(datetime.fromtimestamp(datetime.now(UTC).timestamp() // 86400 * 86400 - 86400 + seconds, UTC))
    return moment


def manifest(
    output: str, *models: str, user: str = "u", seconds: float = 0.0
) -> ingest_service_pb2.RecordManifestRequest:
    """Builds a request to record the manifest of a chat output of general domain."""
    return ingest_service_pb2.RecordManifestRequest(
        request_id=request_id(),
        manifest=manifest_pb2.ExecutionManifest(
            output_id=output,
            user_id=user,
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type="chat",
            models_used=models,
            create_time=at(seconds),
        ),
    )


def thumb(
    output: str, rating: feedback_pb2.Rating.ValueType, user: str = "u", seconds: float = 0.0
) -> ingest_service_pb2.SubmitExplicitFeedbackRequest:
    """Builds a request to store a thumb."""
    return ingest_service_pb2.SubmitExplicitFeedbackRequest(
        request_id=request_id(),
        feedback=feedback_pb2.ExplicitFeedback(
            output_id=output,
            user_id=user,
            rating=rating,
            source=feedback_pb2.FEEDBACK_SOURCE_API,
            client_time=at(seconds),
        ),
    )


def signal(
    output: str, kind: feedback_pb2.SignalType.ValueType, user: str = "u", seconds: float = 0.0
) -> ingest_service_pb2.SubmitImplicitSignalRequest:
    """Builds a request to store a signal."""
    return ingest_service_pb2.SubmitImplicitSignalRequest(
        request_id=request_id(),
        signal=feedback_pb2.ImplicitSignal(
            output_id=output, user_id=user, signal_type=kind, client_time=at(seconds), signal_id=request_id()
        ),
    )


def question(*candidates: str, user: str = "u") -> recommend_service_pb2.GetRecommendationRequest:
    """Builds a request for a recommendation that is always the best estimate."""
    return recommend_service_pb2.GetRecommendationRequest(
        context=recommend_service_pb2.RecommendationContext(
            user_id=user, task_type="chat", candidates=candidates, strategy=scoring_pb2.STRATEGY_GREEDY
        )
    )


async def settled(suite: Suite, seconds_max: float = 30.0) -> None:
    """Returns when nothing waits to be learned; raises TimeoutError when that takes too long."""
    operator = token("", "operator")
    async with asyncio.timeout(seconds_max):
        while True:
            try:
                status = await suite.learning.GetLearningStatus(
                    learning_service_pb2.GetLearningStatusRequest(), metadata=operator, timeout=CALL_SECONDS
                )
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            else:
                if status.pending_units == 0:
                    return
            await asyncio.sleep(0.05)


async def rebuild(suite: Suite) -> learning_service_pb2.RunBatchLearningResponse:
    """Rebuilds all scores from the raw rows and returns the report."""
    return await suite.learning.RunBatchLearning(
        learning_service_pb2.RunBatchLearningRequest(request_id=request_id()),
        metadata=token("", "operator"),
        timeout=60,
    )
