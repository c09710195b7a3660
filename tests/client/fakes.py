"""Small services for the client's tests: they answer as they are told and remember what they were asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2

from radiant.ingest.v1 import feedback_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from radiant.neural.v1 import recommend_service_pb2, recommend_service_pb2_grpc, scoring_pb2

Batch = ingest_service_pb2.StreamSignalsRequest
Ack = ingest_service_pb2.StreamSignalsResponse
Part = recommend_service_pb2.WatchRecommendationsResponse


@dataclass
class Refusal(Exception):  # noqa: N818 - it is what a service says, not a fault of it
    """A status that a fake answers with."""

    code: grpc.StatusCode
    message: str = "no"
    reason: str = ""
    violations: dict[str, str] = field(default_factory=dict)
    retry_after_ms: int = 0

    def trailers(self) -> tuple[tuple[str, bytes], ...]:
        """Packs the details as services do."""
        number: int = self.code.value[0]
        assert code_pb2.Code.Name(number)
        status = status_pb2.Status(code=number, message=self.message)
        if self.reason:
            info = error_details_pb2.ErrorInfo(reason=self.reason, domain="radiant", metadata={"k": "v"})
            status.details.add().Pack(info)
        if self.violations:
            bad = error_details_pb2.BadRequest()
            for name, why in self.violations.items():
                bad.field_violations.add(field=name, description=why)
            status.details.add().Pack(bad)
        if self.retry_after_ms:
            delay = Duration(nanos=self.retry_after_ms * 1_000_000)
            status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        return (("grpc-status-details-bin", status.SerializeToString()),)


async def answer(steps: list[Any], context: Any, default: Any) -> Any:
    """Takes the next step: a refusal is raised, a message answered; afterwards the default."""
    step = steps.pop(0) if steps else default
    if isinstance(step, Refusal):
        await context.abort(step.code, step.message, step.trailers())
    return step


class FakeIngest(ingest_service_pb2_grpc.IngestServiceServicer):
    """Takes feedback; streams run the behaviour that the test sets."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.requests: list[Any] = []
        self.metadata: list[dict[str, Any]] = []
        self.batches: list[Batch] = []
        self.streams = 0
        self.listens_to = 0
        self.on_batch: Callable[[Batch, int], Awaitable[Ack | None]] = acknowledge
        self.judge: Callable[[Any], Refusal | None] = lambda request: None

    async def _written(self, request: Any, context: Any, default: Any) -> Any:
        """Notes a write; answers what the judge says of it, or else the next step."""
        self.requests.append(request)
        if refusal := self.judge(request):
            await context.abort(refusal.code, refusal.message, refusal.trailers())
        return await answer(self.steps, context, default)

    async def RecordManifest(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        return await self._written(request, context, ingest_service_pb2.RecordManifestResponse())

    async def BatchRecordManifests(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        return await self._written(request, context, ingest_service_pb2.BatchRecordManifestsResponse())

    async def BatchSubmitImplicitSignals(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        return await self._written(request, context, ingest_service_pb2.BatchSubmitImplicitSignalsResponse())

    async def SubmitExplicitFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        self.metadata.append(dict(context.invocation_metadata()))
        done = ingest_service_pb2.SubmitExplicitFeedbackResponse(outcome=feedback_pb2.ITEM_OUTCOME_ACCEPTED)
        return await self._written(request, context, done)

    async def SubmitImplicitSignal(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        done = ingest_service_pb2.SubmitImplicitSignalResponse(signal_id=request.signal.signal_id)
        return await self._written(request, context, done)

    async def SubmitVoiceFeedback(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802
        """Listens to all of it, or to so many parts as the test sets, and answers the next step."""
        sent: list[Any] = []
        self.requests.append(sent)
        async for part in request_iterator:
            sent.append(part)
            if len(sent) == self.listens_to:
                break
        size = sum(len(part.chunk) for part in sent)
        done = ingest_service_pb2.SubmitVoiceFeedbackResponse(voice_id="v", audio_bytes=size)
        return await answer(self.steps, context, done)

    async def RetractFeedback(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        return await self._written(request, context, ingest_service_pb2.RetractFeedbackResponse())

    async def StreamSignals(self, request_iterator: Any, context: Any) -> AsyncIterator[Ack]:  # noqa: N802
        """Gives each batch to on_batch with the number of the stream; None breaks the stream."""
        self.streams += 1
        number = self.streams
        async for batch in request_iterator:
            self.batches.append(batch)
            try:
                ack = await self.on_batch(batch, number)
            except Refusal as refusal:
                await context.abort(refusal.code, refusal.message, refusal.trailers())
                return
            if ack is not None:
                yield ack


async def acknowledge(batch: Batch, stream: int) -> Ack | None:
    """Acknowledges every item."""
    count = len(batch.signals) + len(batch.feedback)
    return Ack(batch_id=batch.batch_id, accepted_count=count)


class FakeRecommend(recommend_service_pb2_grpc.RecommendServiceServicer):
    """Recommends as it is told; its watchers receive what the test puts into parts."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.asked: list[Any] = []
        self.watches: list[recommend_service_pb2.WatchRecommendationsRequest] = []
        self.parts: asyncio.Queue[Part | None] = asyncio.Queue()
        self.pages = [["a", "b"], ["c"]]

    async def GetRecommendation(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers the next step."""
        self.asked.append(request)
        chosen = recommend_service_pb2.Recommendation(
            model="by-call", propensity=0.5, decision_id="d1", score=0.7, scope=scoring_pb2.SCOPE_TENANT
        )
        done = recommend_service_pb2.GetRecommendationResponse(recommendation=chosen)
        return await answer(self.steps, context, done)

    async def ListModelScores(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answers page after page."""
        self.asked.append(request)
        number = int(request.page_token or "0")
        return recommend_service_pb2.ListModelScoresResponse(
            scores=[scoring_pb2.ModelScore(model=model) for model in self.pages[number]],
            next_page_token=str(number + 1) if number + 1 < len(self.pages) else "",
        )

    async def WatchRecommendations(self, request: Any, context: Any) -> AsyncIterator[Part]:  # noqa: N802
        """Sends the parts as they come; None breaks the stream."""
        self.watches.append(request)
        while (part := await self.parts.get()) is not None:
            yield part
        await context.abort(grpc.StatusCode.INTERNAL, "broken")


@dataclass
class Suite:
    """Both fakes on one port."""

    address: str
    ingest: FakeIngest
    recommend: FakeRecommend
    server: grpc.aio.Server


@asynccontextmanager
async def suite(port: int = 0) -> AsyncIterator[Suite]:
    """Serves both fakes on a port, by default a free one."""
    server = grpc.aio.server()
    ingest, recommend = FakeIngest(), FakeRecommend()  # type: ignore[abstract]  # the rest is unimplemented
    ingest_service_pb2_grpc.add_IngestServiceServicer_to_server(ingest, server)
    recommend_service_pb2_grpc.add_RecommendServiceServicer_to_server(recommend, server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield Suite(f"127.0.0.1:{port}", ingest, recommend, server)
    finally:
        await server.stop(grace=None)


def entry(
    models: dict[str, float], user: str = "", task: str = "", domain: str = "", **fields: Any
) -> recommend_service_pb2.TableEntry:
    """Builds an entry of the table from propensities."""
    return recommend_service_pb2.TableEntry(
        user_id=user,
        task_type=task,
        domain_mode=domain,
        models=[
            scoring_pb2.RankedModel(
                model=model, propensity=share, score=share, confidence=0.8, scope=scoring_pb2.SCOPE_TENANT
            )
            for model, share in models.items()
        ],
        reasoning=f"{user}/{task}/{domain}",
        **fields,
    )


def part(*entries: recommend_service_pb2.TableEntry, version: int = 1, complete: bool = True) -> Part:
    """Builds a part of the stream."""
    return Part(entries=entries, table_version=version, snapshot_complete=complete)


async def eventually(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Waits until a condition holds; fails when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any state of either side may be awaited
            await asyncio.sleep(0.01)
