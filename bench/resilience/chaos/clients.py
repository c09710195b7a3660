"""Clients that send each event until it is acknowledged, repeat some events, and read concurrently."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import grpc

from bench.performance.stack import token
from bench.resilience.chaos.events import Event, EventGenerator
from bench.resilience.chaos.ledger import Ledger
from radiant.ingest.v1 import ingest_service_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
RECOMMEND = "/radiant.neural.v1.RecommendService/"
EXPERIMENTS = "/radiant.experiments.v1.ExperimentService/"
BACKOFF_S = (0.05, 0.3)
PAUSE_S = (0.02, 0.08)
READ_DEADLINE_S = 2.0
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


class Client:
    """One client of one tenant."""

    def __init__(self, tenant: str, channels: Channels, ledger: Ledger) -> None:
        self.tenant, self.ledger = tenant, ledger
        self._channels, self._metadata = channels, token(tenant)

    async def call(self, channel: grpc.aio.Channel, method: str, body: bytes, deadline_s: float) -> bytes | None:
        """Returns the answer, or None if the call failed. Records duration and status."""
        begun = time.monotonic()
        try:
            unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            answer = await unary(body, metadata=self._metadata, timeout=deadline_s)
        except grpc.aio.AioRpcError as error:
            self.ledger.record_failure(method, error)
            return None
        finally:
            self.ledger.record_duration(method, time.monotonic() - begun, deadline_s)
        self.ledger.statuses["OK"] += 1
        return answer

    async def send_once(self, event: Event) -> bool:
        """Sends an event once. Returns True if it was acknowledged."""
        self.ledger.record_sent(event)
        if event.method == "StreamSignals":
            return not await self._stream([event])
        answer = await self.call(self._channels.ingest, INGEST + event.method, event.body, event.deadline_s)
        if answer is not None:
            self.ledger.record_answer(event, answer)
        return answer is not None

    async def deliver(self, events: Sequence[Event], rng: random.Random, until: asyncio.Event) -> None:
        """Sends events until they are acknowledged, their attempts are used up, or the run ends."""
        left, attempts = list(events), 0
        while left and not (until.is_set() and attempts):
            attempts += 1
            if left[0].method == "StreamSignals":
                left = await self._stream(left)
            else:
                left = [event for event in left if not await self.send_once(event)]
            left = [event for event in left if event.attempts_max > attempts]
            if left:
                await asyncio.sleep(rng.uniform(*BACKOFF_S))
        for event in events:
            if event.repeated and (event.tenant, event.request_id) in self.ledger.answers:
                await self.send_once(event)

    async def _stream(self, events: list[Event]) -> list[Event]:
        """Sends batches over a stream. Returns those that were not acknowledged."""
        waiting = {event.request_id: event for event in events}
        for event in events:
            self.ledger.record_sent(event)
        deadline_s = max(event.deadline_s for event in events)
        begun = time.monotonic()
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
                    self.ledger.internal_errors.append(f"StreamSignals: {ack.refusal.reason} {ack.refusal.message}")
        except grpc.aio.AioRpcError as error:
            self.ledger.record_failure("StreamSignals", error)
        finally:
            self.ledger.record_duration("StreamSignals", time.monotonic() - begun, deadline_s)
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
                self.ledger.foreign.append(f"{self.tenant} read an output of {other}")

    async def _known(self, method: str, body: bytes) -> bytes | None:
        """Calls a method for an object that may not exist yet. Returns None if the call failed."""
        begun = time.monotonic()
        stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channels.ingest.unary_unary(method)
        try:
            return await stub(body, metadata=self._metadata, timeout=READ_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                self.ledger.record_failure(method, error)
            return None
        finally:
            self.ledger.record_duration(method, time.monotonic() - begun, READ_DEADLINE_S)

    def _own(self, names: Sequence[str]) -> None:
        self.ledger.reads += 1
        for name in names:
            if name and not name.startswith(f"{self.tenant}-"):
                self.ledger.foreign.append(f"{self.tenant} received {name}")


RETRYABLE_REASONS = frozenset({"STATEMENT_TIMEOUT", "TRANSACTION_CONFLICT"})
"""Reasons after which a refused batch can be sent again, besides those marked as retryable."""


async def send_events(client: Client, generator: EventGenerator, until: asyncio.Event) -> None:
    """Sends a client's events until the event is set."""
    while not until.is_set():
        await client.deliver(generator.next(), generator.rng, until)
        await asyncio.sleep(generator.rng.uniform(*PAUSE_S))


async def send_reads(client: Client, others: Sequence[str], until: asyncio.Event) -> None:
    """Reads the tenant's own data and attempts to read other tenants' data until the event is set."""
    turn = 0
    while not until.is_set():
        turn += 1
        await client.recommended()
        await client.summary()
        await client.attempt_foreign_reads(others[turn % len(others)])
        await asyncio.sleep(0.3)
