"""Combines the clips of concurrent callers into batches and limits the queue."""

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
from kit.telemetry.metrics import Counter, Gauge, Histogram
from voice.engine.audio import Clip
from voice.engine.recognition import WINDOW_FRAMES, PreparedClip, RecognitionOptions, RecognitionResult, silent_result
from voice.engine.settings import EngineSettings

log = logging.getLogger(__name__)

QUEUED = Gauge("radiant_voice_queue_clips", "Clips that wait for speech recognition or are processed.")
QUEUED_SECONDS = Gauge(
    "radiant_voice_queue_seconds", "Audio in seconds that waits for speech recognition or is processed."
)
BATCHES = Histogram("radiant_voice_batch_rows", "Windows per batch.", buckets=(1, 2, 4, 8, 16, 32, 64))
AUDIO = Counter("radiant_voice_audio_seconds_total", "Audio that was recognised, in seconds.")
BUSY = Counter("radiant_voice_busy_seconds_total", "Wall time of the batches, in seconds.")
FACTOR = Gauge("radiant_voice_real_time_factor", "Wall time of the last batch divided by the length of its audio.")
ISOLATED = Counter("radiant_voice_failed_clips_total", "Clips that failed when they were processed alone.")

SPEED_FIRST, SPEED_WEIGHT = 2.0, 0.2
"""Initial estimate of the speed, in seconds of audio per second, and weight of each new measurement."""
RETRY_MIN_S, RETRY_MAX_S = 1.0, 120.0


class RecognitionError(RadiantError):
    """Speech recognition failed for this recording."""

    reason = "HEARING_FAILED"


class Recogniser(Protocol):
    """Speech recognition of batches; see voice.engine.whisper.Engine."""

    name: str
    workers: int

    def prepare(self, clip: Clip, options: RecognitionOptions) -> PreparedClip:
        """Detects speech and cuts windows."""
        ...

    def recognise(self, clips: Sequence[PreparedClip]) -> list[RecognitionResult]:
        """Returns the results in the order of the clips."""
        ...


@dataclass(slots=True, eq=False)
class _Waiting:
    prepared: PreparedClip
    result: asyncio.Future[RecognitionResult]
    queued_at: float
    """Time of the event loop."""
    frames: list[int]
    """Smallest padded length of each window."""


class Batcher:
    """Recognises speech for callers on an event loop. Inference runs in one thread per worker of the engine.

    Use it with `async with`. At the end of the block clips that still wait fail with Unavailable. Call `drain` first to
    finish them.
    """

    def __init__(self, engine: Recogniser, settings: EngineSettings) -> None:
        """Takes the engine and its settings. The workers start with the block."""
        self._engine, self._settings = engine, settings
        self._waiting: list[_Waiting] = []
        self._clips, self._seconds, self._speed = 0, 0.0, SPEED_FIRST
        self._arrived, self._idle = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._closing = self._closed = False
        self._inference = ThreadPoolExecutor(engine.workers, "voice-inference")
        self._preparation = ThreadPoolExecutor(1, "voice-vad")
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Batcher:
        """Starts the workers."""
        for number in range(self._engine.workers):
            await self._stack.enter_async_context(background(f"voice-batches-{number}", self._work))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops the workers: a running batch ends, waiting clips fail with Unavailable."""
        self._closing = True
        await self._stack.aclose()
        self._closed = True
        for each in self._waiting:
            _fail(each, Unavailable("The service is stopping. Retry with another instance."))
        for pool in (self._preparation, self._inference):
            await asyncio.to_thread(pool.shutdown)

    async def recognise(self, clip: Clip, options: RecognitionOptions | None = None) -> RecognitionResult:
        """Returns the transcript of a clip. Cancellation removes the clip from the queue.

        Raises Exhausted (VOICE_QUEUE_FULL, with the time to wait) when the queue is full, Unavailable while draining,
        and RecognitionError when the model fails for this clip alone.
        """
        loop = asyncio.get_running_loop()
        with self._admitted(clip):
            prepared = await self._prepared(clip, options or RecognitionOptions())
            if self._closed:
                raise Unavailable("The service is stopping. Retry with another instance.")
            if not prepared.windows:
                return silent_result(clip, self._engine.name)
            is_full = self._settings.padding == "full"
            frames = [WINDOW_FRAMES] * len(prepared.windows) if is_full else prepared.frames()
            waiting = _Waiting(prepared, loop.create_future(), loop.time(), frames)
            self._waiting.append(waiting)
            self._arrived.set()
            try:
                return await waiting.result
            finally:
                with contextlib.suppress(ValueError):  # already part of a batch
                    self._waiting.remove(waiting)

    async def _prepared(self, clip: Clip, options: RecognitionOptions) -> PreparedClip:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._preparation, self._engine.prepare, clip, options)
        except RadiantError:
            raise
        except Exception as problem:
            raise RecognitionError from problem

    async def drain(self) -> None:
        """Refuses new clips and returns when all accepted clips have a result. Idempotent."""
        self._closing = True
        await self._idle.wait()

    @contextlib.contextmanager
    def _admitted(self, clip: Clip) -> Iterator[None]:
        settings = self._settings
        if self._closing:
            raise Unavailable("The service is stopping. Retry with another instance.")
        is_too_long = self._clips and self._seconds + clip.duration_s > settings.queue_duration_max.total_seconds()
        if is_too_long or self._clips >= settings.queue_clips_max:
            wait = min(max(self._seconds / self._speed, RETRY_MIN_S), RETRY_MAX_S)
            message = f"The queue of speech recognition is full. Retry after {wait:.0f} s."
            raise Exhausted(message, timedelta(seconds=wait), reason="VOICE_QUEUE_FULL")
        self._count(1, clip.duration_s)
        try:
            yield
        finally:
            self._count(-1, -clip.duration_s)

    def _count(self, clips: int, duration_s: float) -> None:
        self._clips += clips
        self._seconds += duration_s
        QUEUED.set(self._clips)
        QUEUED_SECONDS.set(self._seconds)
        (self._idle.clear if self._clips else self._idle.set)()

    async def _work(self) -> None:
        """Runs batches until it is cancelled. Each batch begins with the oldest waiting clip."""
        loop, settings = asyncio.get_running_loop(), self._settings
        while True:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            left = self._waiting[0].queued_at + settings.batch_wait.total_seconds() - loop.time()
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
                for each in batch:  # without a result only after cancellation
                    _fail(each, Unavailable("The service is stopping. Retry with another instance."))

    def _batch(self) -> list[_Waiting]:
        """Removes the oldest clip from the queue, and in order of arrival the clips that fit with little padding."""
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
        """Processes a batch. A batch that fails is halved until the failing clip is alone; only that clip fails."""
        batch = [each for each in batch if not each.result.done()]
        if not batch:
            return
        begun = time.perf_counter()
        try:
            results = await asyncio.get_running_loop().run_in_executor(
                self._inference, self._engine.recognise, [each.prepared for each in batch]
            )
        except Exception as problem:
            if len(batch) == 1:
                self._fail_alone(batch[0], problem)
                return
            log.warning("batch failed, will be halved", extra={"fields": {"clips": len(batch), "error": str(problem)}})
            await self._run(batch[: len(batch) // 2])
            await self._run(batch[len(batch) // 2 :])
            return
        self._measure(batch, time.perf_counter() - begun)
        for each, result in zip(batch, results, strict=True):
            if not each.result.done():
                each.result.set_result(result)

    def _measure(self, batch: Sequence[_Waiting], busy: float) -> None:
        seconds = sum(each.prepared.clip.duration_s for each in batch)
        BATCHES.observe(sum(len(each.frames) for each in batch))
        AUDIO.inc(seconds)
        BUSY.inc(busy)
        FACTOR.set(busy / seconds)
        speed = seconds / max(busy, 1e-6) * self._engine.workers
        self._speed += SPEED_WEIGHT * (speed - self._speed)

    def _fail_alone(self, one: _Waiting, problem: Exception) -> None:
        ISOLATED.inc()
        fields = {"seconds": one.prepared.clip.duration_s}
        log.error("speech recognition of a clip failed", exc_info=problem, extra={"fields": fields})
        failed = RecognitionError()
        failed.__cause__ = problem
        _fail(one, failed)


def _fail(waiting: _Waiting, problem: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(problem)
