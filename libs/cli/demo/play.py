"""Sends the requests of a workload to a suite like a chat backend: recommendation, manifest, feedback, signals."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.demo.clients import ClientFactory
from cli.demo.quality import Turn
from cli.demo.reactions import react
from cli.demo.recommendation_changes import RecommendationChange, contexts_of, greedy_recommendation
from cli.demo.signal_sender import SignalSender
from cli.demo.workload import TENANTS, Outcome, Request, Workload
from radiant.ingest.v1 import manifest_pb2
from radiant.neural.v1 import recommend_service_pb2
from radiant_client import Exhausted, Radiant, context, implicit_signal
from radiant_client.messages.fields import timestamp

CONCURRENCY = 32
REQUESTS_DEFAULT = 2000  # enough to show the learning in about a minute
DAY = timedelta(hours=24)
_REACTS_AFTER = timedelta(seconds=20)
_CALL_S = 20.0  # leaves room for retries after RetryInfo
_SETTLE_S_MAX = 120.0
_SINGLE_CALLS = 200
_FRESH_S = 1.0  # a learned score reaches recommendations within this time


@dataclass(slots=True, kw_only=True)
class PlayResult:
    """Counts and measurements of one play."""

    run: str
    """Identifier of the play; its outputs are named <run>-<number>."""
    turns: list[Turn]
    """Turns in the order of the requests."""
    manifests: int
    """Acknowledged manifests."""
    thumbs: int
    """Acknowledged thumbs."""
    signals: int
    """Acknowledged signals."""
    batches: int
    """Batches with these signals."""
    seconds: float
    """Time from the first call to the last acknowledgement, in seconds."""
    recommendation_ms: list[float]
    """Duration of each recommendation call of the play, measured by the client."""
    single_ms: list[float]
    """Duration of calls made one at a time after the play."""
    settle_s: float | None
    """Seconds from the last acknowledgement until no unit was pending; None when the wait timed out."""
    known_before: int
    """Learned units of the three tenants before the play."""
    changes: list[RecommendationChange]
    """Recommendations before and after."""

    @property
    def events(self) -> int:
        """All acknowledged events."""
        return self.manifests + self.thumbs + self.signals


class Playback:
    """State of one play."""

    def __init__(
        self, radiants: Mapping[str, Radiant], senders: Mapping[str, SignalSender], count: int, seed: int, run: str
    ) -> None:
        self._radiants, self._senders = radiants, senders
        self._count, self._seed, self._run = count, seed, run
        self._day_start = datetime.now(UTC) - DAY
        self.turns: dict[int, Turn] = {}
        self.recommendation_ms: list[float] = []
        self.manifests = self.thumbs = 0

    async def work(self, requests: Iterator[tuple[int, Request]], progress: Callable[[], None]) -> None:
        """Plays the remaining requests; several workers may share one iterator."""
        for number, request in requests:
            await self._turn(number, request)
            progress()

    async def _turn(self, number: int, request: Request) -> None:
        radiant, moment = self._radiants[request.tenant], self._day_start + DAY * number / self._count
        advice, took_ms = await self._ask(request)
        self.recommendation_ms.append(took_ms)
        self.turns[number] = Turn(request, advice.model)
        outcome = request.outcomes[advice.model]
        chance = random.Random(f"{self._seed}/{number}")
        manifest = self._manifest(number, request, advice, outcome, moment, chance)
        await radiant.ingest.record_manifest(manifest, timeout=_CALL_S)
        self.manifests += 1
        reaction, when = react(outcome.quality, chance), moment + _REACTS_AFTER
        output, user = manifest.output_id, request.user
        self._senders[request.tenant].queue(
            [implicit_signal(output, user, kind, client_time=when) for kind in reaction.signals]
        )
        if reaction.rating:
            categories = [reaction.category] if reaction.category else []
            try:
                await radiant.ingest.submit_feedback(
                    output, user, reaction.rating, categories=categories, client_time=when, timeout=_CALL_S
                )
            except Exhausted as refusal:
                if refusal.reason != "USER_PACE":  # a day is played in a minute, so some users reach the limit per hour
                    raise
            else:
                self.thumbs += 1

    async def single(self, requests: Sequence[Request]) -> list[float]:
        """Requests recommendations one at a time and returns the duration of each, in ms."""
        return [(await self._ask(request))[1] for request in requests]

    async def _ask(self, request: Request) -> tuple[recommend_service_pb2.Recommendation, float]:
        models = list(request.outcomes)
        asked = context(request.task, user_id=request.user, domain_mode=request.domain, candidates=models)
        start = time.perf_counter()
        advice = await self._radiants[request.tenant].recommend.get(asked, timeout=_CALL_S)
        return advice, (time.perf_counter() - start) * 1000

    def _manifest(
        self,
        number: int,
        request: Request,
        advice: recommend_service_pb2.Recommendation,
        outcome: Outcome,
        moment: datetime,
        chance: random.Random,
    ) -> manifest_pb2.ExecutionManifest:
        return manifest_pb2.ExecutionManifest(
            output_id=f"{self._run}-{number}",
            user_id=request.user,
            conversation_id=f"{self._run}-{request.user}-{moment:%d%H}",
            request_type=manifest_pb2.REQUEST_TYPE_CHAT,
            task_type=request.task,
            domain_mode=request.domain,
            input_language="en",
            input_tokens=chance.randint(20, 900),
            output_tokens=chance.randint(20, 700),
            models_used=[advice.model],
            total_latency_ms=outcome.latency_ms,
            total_cost=outcome.cost,
            decision_id=advice.decision_id,
            propensity=advice.propensity,
            create_time=timestamp(moment),
        )


async def play(
    workload: Workload, clients: ClientFactory, *, count: int, seed: int, progress: Callable[[], None] = lambda: None
) -> PlayResult:
    """Plays `count` requests and waits until all feedback is learned; `progress` is called after each request.

    The same workload and seed give the same requests; the recommendations depend on the learned scores.
    Raises RadiantClientError when the suite fails.
    """
    requests = list(workload.requests(count))
    run = f"demo-{uuid.uuid4().hex[:8]}"
    async with contextlib.AsyncExitStack() as stack:
        operator = await stack.enter_async_context(clients.open("", "operator"))
        radiants = {name: await stack.enter_async_context(clients.open(name, "service", "admin")) for name in TENANTS}
        for radiant in radiants.values():
            await radiant.learning.update_settings(global_learning=True)
        known = sum([(await each.learning.status()).learned_units for each in radiants.values()])
        contexts = contexts_of(requests)
        before = [await greedy_recommendation(radiants[each.tenant], each, workload.models) for each in contexts]
        streams = {name: await stack.enter_async_context(each.ingest.stream()) for name, each in radiants.items()}
        senders = {name: SignalSender(stream) for name, stream in streams.items()}
        playback = Playback(radiants, senders, count, seed, run)
        start = time.perf_counter()
        await _perform(playback, list(senders.values()), requests, progress)
        last_ack = time.perf_counter()
        settle_s = await _time_until_learned(operator, last_ack)
        await asyncio.sleep(_FRESH_S)
        after = [await greedy_recommendation(radiants[each.tenant], each, workload.models) for each in contexts]
        single_ms = await playback.single(requests[-_SINGLE_CALLS:])
    return PlayResult(
        run=run,
        turns=[playback.turns[number] for number in range(len(requests))],
        manifests=playback.manifests,
        thumbs=playback.thumbs,
        signals=sum(sender.acknowledged for sender in senders.values()),
        batches=sum(sender.batches for sender in senders.values()),
        seconds=last_ack - start,
        recommendation_ms=playback.recommendation_ms,
        single_ms=single_ms,
        settle_s=settle_s,
        known_before=known,
        changes=[RecommendationChange(*each) for each in zip(contexts, before, after, strict=True)],
    )


async def _perform(
    playback: Playback, senders: list[SignalSender], requests: list[Request], progress: Callable[[], None]
) -> None:
    """Runs workers and signal senders to completion; raises the first error."""
    waiting = iter(enumerate(requests))
    try:
        async with asyncio.TaskGroup() as sender_tasks:
            for sender in senders:
                sender_tasks.create_task(sender.run())
            async with asyncio.TaskGroup() as worker_tasks:
                for _ in range(CONCURRENCY):
                    worker_tasks.create_task(playback.work(waiting, progress))
            for sender in senders:
                sender.close()
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


def _first(failure: BaseException) -> BaseException:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


async def _time_until_learned(operator: Radiant, since: float) -> float | None:
    """Waits until no unit is pending; returns the seconds since `since`, or None on a timeout."""
    while time.perf_counter() - since < _SETTLE_S_MAX:
        if not (await operator.learning.status()).pending_units:
            return time.perf_counter() - since
        await asyncio.sleep(0.02)
    return None
