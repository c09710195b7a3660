"""Client of one tenant over gRPC: sends events once, reads, and attempts to read data of other tenants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import grpc

from bench.performance.stack import token
from bench.resilience.chaos.load.events import Event
from bench.resilience.chaos.record.ledger import Ledger
from radiant.ingest.v1 import ingest_service_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant.voice.v1 import voice_service_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
RECOMMEND = "/radiant.neural.v1.RecommendService/"
EXPERIMENTS = "/radiant.experiments.v1.ExperimentService/"
VOICE = "/radiant.voice.v1.VoiceService/"
READ_DEADLINE_S = 2.0
AUDIO_CHUNK_BYTES = 64 * 1024
CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 300),
    ("grpc.use_local_subchannel_pool", 1),
)
"""Channel options for quick reconnection and a connection per channel."""


@dataclass(frozen=True, slots=True)
class Channels:
    """gRPC channels to the services."""

    ingest: grpc.aio.Channel
    neural: grpc.aio.Channel
    experiments: grpc.aio.Channel
    voice: grpc.aio.Channel | None = None
    """None if the voice service cannot run on this machine."""


class Client:
    """One client of one tenant."""

    def __init__(self, tenant: str, channels: Channels, ledger: Ledger) -> None:
        self.tenant, self.ledger = tenant, ledger
        self._channels, self._metadata = channels, token(tenant)

    async def call(self, channel: grpc.aio.Channel, method: str, body: bytes, deadline_s: float) -> bytes | None:
        """Returns the answer, or None if the call failed. Records duration and status."""
        begun = self.ledger.clock_s()
        try:
            unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            answer = await unary(body, metadata=self._metadata, timeout=deadline_s)
        except grpc.aio.AioRpcError as error:
            self.ledger.record_failure(method, error)
            return None
        finally:
            self.ledger.record_duration(method, self.ledger.clock_s() - begun, deadline_s)
        self.ledger.statuses["OK"] += 1
        return answer

    async def send_once(self, event: Event) -> bool:
        """Sends an event once. Returns True if it was acknowledged."""
        self.ledger.record_sent(event)
        if event.method == "StreamSignals":
            return not await self._stream([event])
        if event.recording is not None:
            return await self._upload(event, event.recording.audio)
        answer = await self.call(self._channels.ingest, INGEST + event.method, event.body, event.deadline_s)
        if answer is not None:
            self.ledger.record_answer(event, answer)
        return answer is not None

    async def send_all(self, events: Sequence[Event]) -> list[Event]:
        """Sends events once. Returns those that were not acknowledged."""
        if events[0].method == "StreamSignals":
            return await self._stream(events)
        return [event for event in events if not await self.send_once(event)]

    async def _upload(self, event: Event, audio: bytes) -> bool:
        """Uploads a recording. Returns True if it was acknowledged."""
        begun, method = self.ledger.clock_s(), INGEST + event.method
        parts = [
            ingest_service_pb2.SubmitVoiceFeedbackRequest(header=ingest_service_pb2.VoiceHeader.FromString(event.body))
        ]
        for start in range(0, len(audio), AUDIO_CHUNK_BYTES):
            parts.append(ingest_service_pb2.SubmitVoiceFeedbackRequest(chunk=audio[start : start + AUDIO_CHUNK_BYTES]))
        upload: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = self._channels.ingest.stream_unary(method)
        messages = [part.SerializeToString() for part in parts]
        try:
            answer = await upload(iter(messages), metadata=self._metadata, timeout=event.deadline_s)
        except grpc.aio.AioRpcError as error:
            self.ledger.record_failure(method, error)
            return False
        finally:
            self.ledger.record_duration(method, self.ledger.clock_s() - begun, event.deadline_s)
        self.ledger.statuses["OK"] += 1
        self.ledger.record_answer(event, answer)
        return True

    async def _stream(self, events: Sequence[Event]) -> list[Event]:
        """Sends batches over a stream. Returns those that were not acknowledged."""
        waiting = {event.request_id: event for event in events}
        for event in events:
            self.ledger.record_sent(event)
        deadline_s = max(event.deadline_s for event in events)
        begun = self.ledger.clock_s()
        open_stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._channels.ingest.stream_stream(
            INGEST + "StreamSignals"
        )

        async def batches() -> AsyncIterator[bytes]:
            for event in events:
                yield event.body

        try:
            async for answer in open_stream(batches(), metadata=self._metadata, timeout=deadline_s):
                ack = ingest_service_pb2.StreamSignalsResponse.FromString(answer)
                if not ack.HasField("refusal"):
                    self.ledger.record_answer(waiting.pop(ack.batch_id), answer)
                    self.ledger.statuses["OK"] += 1
                elif ack.refusal.retryable or ack.refusal.reason in RETRYABLE_REASONS:
                    self.ledger.statuses[f"refused {ack.refusal.reason}"] += 1
                else:
                    self.ledger.internal_errors[f"StreamSignals: {ack.refusal.reason} {ack.refusal.message}"] += 1
        except grpc.aio.AioRpcError as error:
            self.ledger.record_failure("StreamSignals", error)
        finally:
            self.ledger.record_duration("StreamSignals", self.ledger.clock_s() - begun, deadline_s)
        return list(waiting.values())

    async def recommended(self) -> recommend_service_pb2.Recommendation | None:
        """Requests a recommendation and checks that its models belong to the tenant."""
        request = recommend_service_pb2.GetRecommendationRequest(
            context=recommend_service_pb2.RecommendationContext(
                user_id=f"{self.tenant}-u0", task_type="chat", strategy=scoring_pb2.STRATEGY_GREEDY
            )
        )
        body = request.SerializeToString()
        found = await self.call(self._channels.neural, RECOMMEND + "GetRecommendation", body, READ_DEADLINE_S)
        if found is None:
            return None
        answer = recommend_service_pb2.GetRecommendationResponse.FromString(found).recommendation
        self._own([answer.model, *(each.model for each in answer.alternatives)])
        return answer

    async def experiments(self) -> bool:
        """Lists experiments. Returns True if the call succeeded."""
        method = EXPERIMENTS + "ListExperiments"
        return await self.call(self._channels.experiments, method, b"", READ_DEADLINE_S) is not None

    async def recordings(self) -> bool:
        """Lists voice comments. Returns True if the call succeeded, or if there is no voice service."""
        if self._channels.voice is None:
            return True
        body = voice_service_pb2.ListVoiceFeedbackRequest(page_size=1).SerializeToString()
        return await self.call(self._channels.voice, VOICE + "ListVoiceFeedback", body, READ_DEADLINE_S) is not None

    async def summary(self) -> None:
        """Reads a conversation whose ID all tenants use."""
        request = ingest_service_pb2.GetConversationSummaryRequest(conversation_id="c", page_size=100)
        method, body = INGEST + "GetConversationSummary", request.SerializeToString()
        found = await self._known(method, body)
        if found is not None:
            page = ingest_service_pb2.GetConversationSummaryResponse.FromString(found)
            self._own([each.output_id for each in page.outputs])

    async def attempt_foreign_reads(self, other: str) -> None:
        """Requests an output of another tenant, without and with the tenant's name in the request."""
        asked = ingest_service_pb2.GetFeedbackStatsRequest(output_id=f"{other}-a-1")
        named = ingest_service_pb2.GetFeedbackStatsRequest(output_id=f"{other}-a-1", tenant_id=other)
        for request, wanted in ((asked, grpc.StatusCode.NOT_FOUND), (named, grpc.StatusCode.PERMISSION_DENIED)):
            stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channels.ingest.unary_unary(
                INGEST + "GetFeedbackStats"
            )
            try:
                await stub(request.SerializeToString(), metadata=self._metadata, timeout=READ_DEADLINE_S)
            except grpc.aio.AioRpcError as error:
                if error.code() == wanted:
                    self.ledger.attempts += 1
                    self.ledger.refused += 1
            else:
                self.ledger.attempts += 1
                self.ledger.foreign.add(f"{self.tenant} read an output of {other}")

    async def _known(self, method: str, body: bytes) -> bytes | None:
        """Calls a method for an object that may not exist yet. Returns None if the call failed."""
        begun = self.ledger.clock_s()
        stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channels.ingest.unary_unary(method)
        try:
            return await stub(body, metadata=self._metadata, timeout=READ_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                self.ledger.record_failure(method, error)
            return None
        finally:
            self.ledger.record_duration(method, self.ledger.clock_s() - begun, READ_DEADLINE_S)

    def _own(self, names: Sequence[str]) -> None:
        self.ledger.reads += 1
        for name in names:
            if name and not name.startswith(f"{self.tenant}-"):
                self.ledger.foreign.add(f"{self.tenant} received {name}")


RETRYABLE_REASONS = frozenset({"STATEMENT_TIMEOUT", "TRANSACTION_CONFLICT"})
"""Reasons after which a refused batch can be sent again, besides those marked as retryable."""
