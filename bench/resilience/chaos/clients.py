"""Clients: they say each thing until it is acknowledged, some of it twice, and read meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import grpc

from bench.performance.stack import token
from bench.resilience.chaos.events import Event, Player
from bench.resilience.chaos.ledger import Ledger
from radiant.ingest.v1 import ingest_service_pb2
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2

INGEST = "/radiant.ingest.v1.IngestService/"
RECOMMEND = "/radiant.neural.v1.RecommendService/"
EXPERIMENTS = "/radiant.experiments.v1.ExperimentService/"
BACKOFF_S = (0.05, 0.3)
PAUSE_S = (0.02, 0.08)
READ_DEADLINE_S = 2.0
QUICK = (
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 300),
    ("grpc.use_local_subchannel_pool", 1),
)
"""Channels that find a service again at once, each with a connection of its own."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Channels to the services."""

    ingest: grpc.aio.Channel
    neural: grpc.aio.Channel
    experiments: grpc.aio.Channel


class Client:
    """One caller of one tenant."""

    def __init__(self, tenant: str, doors: Doors, ledger: Ledger) -> None:
        self.tenant, self.ledger = tenant, ledger
        self._doors, self._who = doors, token(tenant)

    async def call(self, channel: grpc.aio.Channel, method: str, body: bytes, deadline_s: float) -> bytes | None:
        """Returns the answer, or None for a status after which one may try again; notes time and status."""
        begun = time.monotonic()
        try:
            unary: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            answer = await unary(body, metadata=self._who, timeout=deadline_s)
        except grpc.aio.AioRpcError as error:
            self.ledger.failed(method, error)
            return None
        finally:
            self.ledger.took(method, time.monotonic() - begun, deadline_s)
        self.ledger.statuses["OK"] += 1
        return answer

    async def once(self, event: Event) -> bool:
        """Says an event one time; returns whether it was acknowledged."""
        self.ledger.say(event)
        if event.method == "StreamSignals":
            return not await self._stream([event])
        answer = await self.call(self._doors.ingest, INGEST + event.method, event.body, event.deadline_s)
        if answer is not None:
            self.ledger.answered(event, answer)
        return answer is not None

    async def deliver(self, events: Sequence[Event], chance: random.Random, until: asyncio.Event) -> None:
        """Says events until they are acknowledged, given up, or all is over."""
        left, attempts = list(events), 0
        while left and not (until.is_set() and attempts):
            attempts += 1
            if left[0].method == "StreamSignals":
                left = await self._stream(left)
            else:
                left = [event for event in left if not await self.once(event)]
            left = [event for event in left if event.attempts_max > attempts]
            if left:
                await asyncio.sleep(chance.uniform(*BACKOFF_S))
        for event in events:
            if event.repeated and (event.tenant, event.request_id) in self.ledger.answers:
                await self.once(event)

    async def _stream(self, events: list[Event]) -> list[Event]:
        """Sends batches over a stream; returns those that were not acknowledged."""
        waiting = {event.request_id: event for event in events}
        for event in events:
            self.ledger.say(event)
        deadline_s = max(event.deadline_s for event in events)
        begun = time.monotonic()
        open_stream: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._doors.ingest.stream_stream(
            INGEST + "StreamSignals"
        )

        async def batches() -> AsyncIterator[bytes]:
            for event in events:
                yield event.body

        try:
            async for answer in open_stream(batches(), metadata=self._who, timeout=deadline_s):
                ack = ingest_service_pb2.StreamSignalsResponse.FromString(answer)
                if not ack.HasField("refusal"):
                    self.ledger.answered(waiting.pop(ack.batch_id), answer)
                    self.ledger.statuses["OK"] += 1
                elif ack.refusal.retryable or ack.refusal.reason in PASSING_REASONS:
                    self.ledger.statuses[f"refused {ack.refusal.reason}"] += 1
                else:
                    self.ledger.faults_inside.append(f"StreamSignals: {ack.refusal.reason} {ack.refusal.message}")
        except grpc.aio.AioRpcError as error:
            self.ledger.failed("StreamSignals", error)
        finally:
            self.ledger.took("StreamSignals", time.monotonic() - begun, deadline_s)
        return list(waiting.values())

    async def recommended(self) -> recommend_service_pb2.Recommendation | None:
        """Asks for a model; what is told must be of the own tenant."""
        request = recommend_service_pb2.GetRecommendationRequest(
            context=recommend_service_pb2.RecommendationContext(
                user_id=f"{self.tenant}-u0", task_type="chat", strategy=scoring_pb2.STRATEGY_GREEDY
            )
        )
        body = request.SerializeToString()
        found = await self.call(self._doors.neural, RECOMMEND + "GetRecommendation", body, READ_DEADLINE_S)
        if found is None:
            return None
        answer = recommend_service_pb2.GetRecommendationResponse.FromString(found).recommendation
        self._own([answer.model, *(each.model for each in answer.alternatives)])
        return answer

    async def experiments(self) -> bool:
        """Lists experiments; returns whether that was answered."""
        method = EXPERIMENTS + "ListExperiments"
        return await self.call(self._doors.experiments, method, b"", READ_DEADLINE_S) is not None

    async def summary(self) -> None:
        """Reads a conversation whose name every tenant uses."""
        request = ingest_service_pb2.GetConversationSummaryRequest(conversation_id="c", page_size=100)
        method, body = INGEST + "GetConversationSummary", request.SerializeToString()
        found = await self._known(method, body)
        if found is not None:
            page = ingest_service_pb2.GetConversationSummaryResponse.FromString(found)
            self._own([each.output_id for each in page.outputs])

    async def pry(self, other: str) -> None:
        """Asks for an output of another tenant, and in the name of another tenant."""
        asked = ingest_service_pb2.GetFeedbackStatsRequest(output_id=f"{other}-a-1")
        named = ingest_service_pb2.GetFeedbackStatsRequest(output_id=f"{other}-a-1", tenant_id=other)
        for request, wanted in ((asked, grpc.StatusCode.NOT_FOUND), (named, grpc.StatusCode.PERMISSION_DENIED)):
            stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._doors.ingest.unary_unary(
                INGEST + "GetFeedbackStats"
            )
            try:
                await stub(request.SerializeToString(), metadata=self._who, timeout=READ_DEADLINE_S)
            except grpc.aio.AioRpcError as error:
                if error.code() == wanted:
                    self.ledger.attempts += 1
                    self.ledger.refused += 1
            else:
                self.ledger.attempts += 1
                self.ledger.foreign.append(f"{self.tenant} was told of an output of {other}")

    async def _known(self, method: str, body: bytes) -> bytes | None:
        """Calls for something that may not be there yet."""
        begun = time.monotonic()
        stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._doors.ingest.unary_unary(method)
        try:
            return await stub(body, metadata=self._who, timeout=READ_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                self.ledger.failed(method, error)
            return None
        finally:
            self.ledger.took(method, time.monotonic() - begun, READ_DEADLINE_S)

    def _own(self, names: Sequence[str]) -> None:
        self.ledger.reads += 1
        for name in names:
            if name and not name.startswith(f"{self.tenant}-"):
                self.ledger.foreign.append(f"{self.tenant} saw {name}")


PASSING_REASONS = frozenset({"STATEMENT_TIMEOUT", "TRANSACTION_CONFLICT"})
"""Reasons of refused batches that pass, beside those that are marked so."""


async def talk(client: Client, player: Player, until: asyncio.Event) -> None:
    """Plays a client's events until told to stop."""
    while not until.is_set():
        await client.deliver(player.next(), player.chance, until)
        await asyncio.sleep(player.chance.uniform(*PAUSE_S))


async def look(client: Client, others: Sequence[str], until: asyncio.Event) -> None:
    """Reads as a tenant does, and as it must not, until told to stop."""
    turn = 0
    while not until.is_set():
        turn += 1
        await client.recommended()
        await client.summary()
        await client.pry(others[turn % len(others)])
        await asyncio.sleep(0.3)
