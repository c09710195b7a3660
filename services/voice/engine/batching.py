"""Stacks the clips of many callers into batches, and keeps what waits within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from kit.errors import Exhausted, RadiantError, Unavailable
from kit.lifecycle import background
from kit.metrics import Counter, Gauge, Histogram
from voice.engine.audio import Clip
from voice.engine.settings import EngineSettings
from voice.engine.transcript import WINDOW_FRAMES, Ask, Heard, Job, nothing_heard

log = logging.getLogger(__name__)

QUEUED = Gauge("radiant_voice_queue_clips", "Clips that wait for speech recognition or are in it.")
QUEUED_SECONDS = Gauge("radiant_voice_queue_seconds", "Audio that waits for speech recognition or is in it.")
BATCHES = Histogram("radiant_voice_batch_rows", "Windows in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64))
AUDIO = Counter("radiant_voice_audio_seconds_total", "Audio that was recognised.")
BUSY = Counter("radiant_voice_busy_seconds_total", "Wall time that batches took.")
FACTOR = Gauge("radiant_voice_real_time_factor", "Seconds that a second of audio took in the last batch.")
ISOLATED = Counter("radiant_voice_failed_clips_total", "Clips that failed when they were alone in a batch.")

SPEED_FIRST, SPEED_WEIGHT = 2.0, 0.2
"""Audio seconds per second that are assumed before any were measured; weight of the newest measure."""
RETRY_MIN_S, RETRY_MAX_S = 1.0, 120.0


class HearingError(RadiantError):
    """This clip could not be heard."""

    reason = "HEARING_FAILED"


class Hears(Protocol):
    """What the batcher needs of an engine; see voice.engine.whisper.Engine."""

    name: str
    workers: int

    def prepare(self, clip: Clip, ask: Ask) -> Job:
        """Runs the gate."""
        ...

    def hear(self, jobs: Sequence[Job]) -> list[Heard]:
        """Answers jobs in order."""
        ...


@dataclass(slots=True, eq=False)
class _Waiting:
    job: Job
    answer: asyncio.Future[Heard]
    since: float
    frames: list[int]
    """Of its windows, as they are to be padded at least."""


class Batcher:
    """Hears clips for callers on an event loop; inference has threads of its own, one for each worker of the engine.

    To be entered with `async with`; leaving it fails whatever still waits, so drain first.
    """

    def __init__(self, engine: Hears, settings: EngineSettings) -> None:
        """Starts nothing yet."""
        self._engine, self._settings = engine, settings
        self._waiting: list[_Waiting] = []
        self._clips, self._seconds, self._speed = 0, 0.0, SPEED_FIRST
        self._arrived, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._closing = self._closed = False
        self._inference = ThreadPoolExecutor(engine.workers, "voice-inference")
        self._preparing = ThreadPoolExecutor(1, "voice-gate")
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Batcher:
        """Begins to take batches."""
        for number in range(self._engine.workers):
            await self._stack.enter_async_context(background(f"voice-batches-{number}", self._work))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops; what waits fails with Unavailable, a batch that runs is waited for."""
        self._closing = True
        await self._stack.aclose()
        self._closed = True
        for each in self._waiting:
            _fail(each, Unavailable("The service is stopping."))
        for pool in (self._preparing, self._inference):
            await asyncio.to_thread(pool.shutdown)

    async def hear(self, clip: Clip, ask: Ask | None = None) -> Heard:
        """Answers what is said in the clip.

        Raises Exhausted, with the time to wait, when too much waits already; Unavailable once draining;
        HearingError when this very clip makes the model fail. A caller that is cancelled leaves the queue.
        """
        loop = asyncio.get_running_loop()
        with self._admitted(clip):
            job = await self._prepared(clip, ask or Ask())
            if self._closed:
                raise Unavailable("The service is stopping.")
            if not job.windows:
                return nothing_heard(clip, self._engine.name)
            frames = [WINDOW_FRAMES] * len(job.windows) if self._settings.padding == "full" else job.frames()
            waiting = _Waiting(job, loop.create_future(), loop.time(), frames)
            self._waiting.append(waiting)
            self._arrived.set()
            try:
                return await waiting.answer
            finally:
                with contextlib.suppress(ValueError):  # it was taken into a batch
                    self._waiting.remove(waiting)

    async def _prepared(self, clip: Clip, ask: Ask) -> Job:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._preparing, self._engine.prepare, clip, ask)
        except RadiantError:
            raise
        except Exception as problem:
            raise HearingError from problem

    async def drain(self) -> None:
        """Takes no new clip and returns when every clip that was taken is answered. Idempotent."""
        self._closing = True
        await self._idle.wait()

    @contextlib.contextmanager
    def _admitted(self, clip: Clip) -> Iterator[None]:
        settings = self._settings
        if self._closing:
            raise Unavailable("The service is stopping.")
        full = self._seconds + clip.seconds > settings.queue_duration_max.total_seconds() and self._clips
        if full or self._clips >= settings.queue_clips_max:
            wait = min(max(self._seconds / self._speed, RETRY_MIN_S), RETRY_MAX_S)
            raise Exhausted("Too many recordings wait to be heard.", timedelta(seconds=wait), reason="VOICE_QUEUE_FULL")
        self._count(1, clip.seconds)
        try:
            yield
        finally:
            self._count(-1, -clip.seconds)

    def _count(self, clips: int, seconds: float) -> None:
        self._clips += clips
        self._seconds += seconds
        QUEUED.set(self._clips)
        QUEUED_SECONDS.set(self._seconds)
        (self._idle.clear if self._clips else self._idle.set)()

    async def _work(self) -> None:
        """Takes batches for ever; the oldest clip that waits opens each of them."""
        loop, settings = asyncio.get_running_loop(), self._settings
        while True:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            left = self._waiting[0].since + settings.batch_wait.total_seconds() - loop.time()
            if left > 0 and sum(len(each.frames) for each in self._waiting) < settings.batch_rows_max:
                self._arrived.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._arrived.wait()
                continue
            batch = self._batch()
            try:
                await self._run(batch)
            finally:
                for each in batch:  # only when it was cut short
                    _fail(each, Unavailable("The service is stopping."))

    def _batch(self) -> list[_Waiting]:
        """Takes the oldest clip and, in order of arrival, those that fit beside it without much padding."""
        taken, rows, used, longest = list[_Waiting](), 0, 0, 0
        for each in self._waiting:
            count, frames, wide = rows + len(each.frames), used + sum(each.frames), max(longest, *each.frames)
            fits = count <= self._settings.batch_rows_max and frames >= self._settings.batch_fill_min * count * wide
            if taken and not fits:
                continue
            taken.append(each)
            rows, used, longest = count, frames, wide
        self._waiting = [each for each in self._waiting if each not in taken]
        return taken

    async def _run(self, batch: Sequence[_Waiting]) -> None:
        """Hears a batch; one that raises is halved until the clip that is to blame is alone, and only it fails."""
        batch = [each for each in batch if not each.answer.done()]
        if not batch:
            return
        begun = time.perf_counter()
        try:
            heard = await asyncio.get_running_loop().run_in_executor(
                self._inference, self._engine.hear, [each.job for each in batch]
            )
        except Exception as problem:
            if len(batch) == 1:
                self._blame(batch[0], problem)
                return
            log.warning("a batch failed and is halved", extra={"fields": {"clips": len(batch), "why": str(problem)}})
            await self._run(batch[: len(batch) // 2])
            await self._run(batch[len(batch) // 2 :])
            return
        self._measure(batch, time.perf_counter() - begun)
        for each, answer in zip(batch, heard, strict=True):
            if not each.answer.done():
                each.answer.set_result(answer)

    def _measure(self, batch: Sequence[_Waiting], busy: float) -> None:
        seconds = sum(each.job.clip.seconds for each in batch)
        BATCHES.observe(sum(len(each.frames) for each in batch))
        AUDIO.inc(seconds)
        BUSY.inc(busy)
        FACTOR.set(busy / seconds)
        speed = seconds / max(busy, 1e-6) * self._engine.workers
        self._speed += SPEED_WEIGHT * (speed - self._speed)

    def _blame(self, one: _Waiting, problem: Exception) -> None:
        ISOLATED.inc()
        log.error("a clip could not be heard", exc_info=problem, extra={"fields": {"seconds": one.job.clip.seconds}})
        failed = HearingError()
        failed.__cause__ = problem
        _fail(one, failed)


def _fail(waiting: _Waiting, problem: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(problem)
