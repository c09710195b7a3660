"""Sends the requests of a world to a suite as a chat backend would: recommendation, manifest, feedback, signals."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.demo.glimpse import Glimpse, contexts_of, look
from cli.demo.link import Link
from cli.demo.reactions import react
from cli.demo.speaker import Speaker
from cli.demo.tally import Turn
from cli.demo.world import TENANTS, Outcome, Request, World
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
class Played:
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
    """Batches that carried the signals."""
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
    glimpses: list[Glimpse]
    """Recommendations before and after."""

    @property
    def events(self) -> int:
        """All acknowledged events."""
        return self.manifests + self.thumbs + self.signals


class Stage:
    """State of one play."""

    def __init__(
        self, radiants: Mapping[str, Radiant], speakers: Mapping[str, Speaker], count: int, seed: int, run: str
    ) -> None:
        self._radiants, self._speakers = radiants, speakers
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
        self._speakers[request.tenant].say(
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
    world: World, link: Link, *, count: int, seed: int, progress: Callable[[], None] = lambda: None
) -> Played:
    """Plays `count` requests and waits until all feedback is learned; `progress` is called after each request.

    The same world and seed give the same requests; the recommendations depend on the learned scores.
    Raises RadiantClientError when the suite fails.
    """
    requests = list(world.requests(count))
    run = f"demo-{uuid.uuid4().hex[:8]}"
    async with contextlib.AsyncExitStack() as stack:
        operator = await stack.enter_async_context(link.open("", "operator"))
        radiants = {name: await stack.enter_async_context(link.open(name, "service", "admin")) for name in TENANTS}
        for radiant in radiants.values():
            await radiant.learning.update_settings(global_learning=True)
        known = sum([(await each.learning.status()).learned_units for each in radiants.values()])
        contexts = contexts_of(requests)
        before = [await look(radiants[each.tenant], each, world.models) for each in contexts]
        streams = {name: await stack.enter_async_context(each.ingest.stream()) for name, each in radiants.items()}
        speakers = {name: Speaker(stream) for name, stream in streams.items()}
        stage = Stage(radiants, speakers, count, seed, run)
        start = time.perf_counter()
        await _perform(stage, list(speakers.values()), requests, progress)
        last_ack = time.perf_counter()
        settle_s = await _settled(operator, last_ack)
        await asyncio.sleep(_FRESH_S)
        after = [await look(radiants[each.tenant], each, world.models) for each in contexts]
        single_ms = await stage.single(requests[-_SINGLE_CALLS:])
    return Played(
        run=run,
        turns=[stage.turns[number] for number in range(len(requests))],
        manifests=stage.manifests,
        thumbs=stage.thumbs,
        signals=sum(speaker.acknowledged for speaker in speakers.values()),
        batches=sum(speaker.batches for speaker in speakers.values()),
        seconds=last_ack - start,
        recommendation_ms=stage.recommendation_ms,
        single_ms=single_ms,
        settle_s=settle_s,
        known_before=known,
        glimpses=[Glimpse(*each) for each in zip(contexts, before, after, strict=True)],
    )


async def _perform(
    stage: Stage, speakers: list[Speaker], requests: list[Request], progress: Callable[[], None]
) -> None:
    """Runs workers and signal senders to completion; raises the first error."""
    waiting = iter(enumerate(requests))
    try:
        async with asyncio.TaskGroup() as speaking:
            for speaker in speakers:
                speaking.create_task(speaker.run())
            async with asyncio.TaskGroup() as working:
                for _ in range(CONCURRENCY):
                    working.create_task(stage.work(waiting, progress))
            for speaker in speakers:
                speaker.end()
    except BaseExceptionGroup as failures:
        raise _first(failures) from None


def _first(failure: BaseException) -> BaseException:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


async def _settled(operator: Radiant, since: float) -> float | None:
    """Waits until no unit is pending; returns the seconds since `since`, or None on a timeout."""
    while time.perf_counter() - since < _SETTLE_S_MAX:
        if not (await operator.learning.status()).pending_units:
            return time.perf_counter() - since
        await asyncio.sleep(0.02)
    return None
