"""Manifests and votes of made-up users, and the scores that are learned from them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from bench.resilience.attack.target import Target
from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, manifest_pb2
from radiant.neural.v1 import learning_service_pb2, recommend_service_pb2, scoring_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
LEARNING = "/radiant.neural.v1.LearningService/"
TASK, DOMAIN = "chat", "general"
BATCH = 250
STREAM_SECONDS_MAX, LEARN_SECONDS_MAX = 25.0, 25.0
POSITIVE, NEGATIVE = feedback_pb2.RATING_POSITIVE, feedback_pb2.RATING_NEGATIVE
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opinion:
    """A user's vote on an answer of a model. Each opinion has an output of its own."""

    user: str
    model: str
    is_positive: bool


def manifest(output_id: str, user: str, model: str, **more: Any) -> manifest_pb2.ExecutionManifest:
    """Returns a valid manifest."""
    return manifest_pb2.ExecutionManifest(
        output_id=output_id,
        user_id=user,
        conversation_id="c",
        request_type=manifest_pb2.REQUEST_TYPE_CHAT,
        task_type=TASK,
        domain_mode=DOMAIN,
        models_used=[model],
        **more,
    )


async def give(target: Target, tenant: str, opinions: Sequence[Opinion]) -> int:
    """Records an answer and a vote for each opinion. Returns the number of accepted votes."""
    names = [f"{tenant}-{uuid.uuid4()}" for _ in opinions]
    manifests = [manifest(name, each.user, each.model) for name, each in zip(names, opinions, strict=True)]
    await record(target, tenant, manifests)
    votes = [
        feedback_pb2.ExplicitFeedback(
            output_id=name,
            user_id=each.user,
            rating=POSITIVE if each.is_positive else NEGATIVE,
            source=feedback_pb2.FEEDBACK_SOURCE_API,
            client_time=_now(),
        )
        for name, each in zip(names, opinions, strict=True)
    ]
    return await vote(target, tenant, votes)


async def vote_all(target: Target, tenant: str, places: Sequence[tuple[str, str]], is_positive: bool = True) -> int:
    """Votes on outputs, each given with its user. Returns the number of accepted votes."""
    votes = [
        feedback_pb2.ExplicitFeedback(
            output_id=output,
            user_id=user,
            rating=POSITIVE if is_positive else NEGATIVE,
            source=feedback_pb2.FEEDBACK_SOURCE_API,
            client_time=_now(),
        )
        for output, user in places
    ]
    return await vote(target, tenant, votes)


async def record(target: Target, tenant: str, manifests: Sequence[manifest_pb2.ExecutionManifest]) -> None:
    """Records manifests. Raises RuntimeError if a batch is refused."""
    for part in _parts(manifests, BATCH):
        request = ingest_service_pb2.BatchRecordManifestsRequest(request_id=str(uuid.uuid4()), manifests=part)
        answer = await target.call(f"{INGEST}BatchRecordManifests", request, target.bearer(tenant), 30)
        if answer.code != "OK":
            raise RuntimeError(f"manifests were refused: {answer.code} {answer.details}")


async def vote(target: Target, tenant: str, votes: Sequence[feedback_pb2.ExplicitFeedback], batch: int = 50) -> int:
    """Sends votes over a stream. Returns the number of votes in acknowledged batches."""
    parts = {str(uuid.uuid4()): part for part in _parts(votes, batch)}
    requests = [
        ingest_service_pb2.StreamSignalsRequest(batch_id=name, feedback=part).SerializeToString()
        for name, part in parts.items()
    ]
    stub: Any = target.channel("ingest").stream_stream(f"{INGEST}StreamSignals")
    metadata = (("authorization", target.bearer(tenant)),)
    accepted = 0
    try:
        async for body in stub(iter(requests), metadata=metadata, timeout=STREAM_SECONDS_MAX):
            answer = ingest_service_pb2.StreamSignalsResponse.FromString(body)
            if not answer.HasField("refusal"):
                accepted += len(parts[answer.batch_id])
    except grpc.aio.AioRpcError:
        pass  # the stream ended; batches without an acknowledgement do not count
    return accepted


async def learned(target: Target, tenant: str) -> None:
    """Waits until all feedback of a tenant is learned. Raises TimeoutError."""
    request = learning_service_pb2.GetLearningStatusRequest(tenant_id=tenant)
    async with asyncio.timeout(LEARN_SECONDS_MAX):
        while True:
            answer = await target.call(f"{LEARNING}GetLearningStatus", request, target.bearer(tenant, "admin"))
            status = learning_service_pb2.GetLearningStatusResponse.FromString(answer.body)
            if answer.code == "OK" and not status.pending_units:
                return
            await asyncio.sleep(0.2)


async def relearned(target: Target) -> None:
    """Recomputes trust and all scores, as the nightly run does. Raises RuntimeError if the run fails."""
    request = learning_service_pb2.RunBatchLearningRequest(request_id=str(uuid.uuid4()))
    answer = await target.call(f"{LEARNING}RunBatchLearning", request, target.bearer("", "operator"), 40)
    if answer.code != "OK":
        raise RuntimeError(f"the batch run failed: {answer.code} {answer.details}")


async def scores(target: Target, tenant: str, scope: int = scoring_pb2.SCOPE_TENANT) -> dict[str, float]:
    """Returns the score of each model in the context of `manifest`."""
    request = recommend_service_pb2.ListModelScoresRequest(
        scope=scoring_pb2.Scope.ValueType(scope), task_type=TASK, domain_mode=DOMAIN, page_size=100
    )
    path = "/radiant.neural.v1.RecommendService/ListModelScores"
    answer = await target.call(path, request, target.bearer(tenant, "admin", "service"))
    if answer.code != "OK":
        raise RuntimeError(f"scores were refused: {answer.code} {answer.details}")
    found = recommend_service_pb2.ListModelScoresResponse.FromString(answer.body).scores
    return {each.model: each.score for each in found}


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _now() -> Timestamp:
    moment = Timestamp()
    moment.GetCurrentTime()
    return moment
