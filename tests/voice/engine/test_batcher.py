"""Batches of concurrent callers, limits of the queue, isolation of failing clips, and draining."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kit.audio import AudioFormat
from kit.errors import Exhausted, Unavailable
from tests.voice.fixtures.sounds import silence
from voice.engine.audio import RATE, Clip
from voice.engine.batcher import Batcher, RecognitionError
from voice.engine.recognition import PreparedClip, RecognitionOptions, RecognitionResult, silent_result
from voice.engine.settings import EngineSettings
from voice.engine.vad import Span
from voice.engine.whisper import Engine

SETTINGS = EngineSettings(cache=Path(), batch_rows_max=4, queue_clips_max=20)


class ScriptedEngine:
    """Returns the length of a clip as its text; can fail for some clips, and wait."""

    name, workers = "script", 1

    def __init__(self, fails: Callable[[PreparedClip], bool] = lambda prepared: False) -> None:
        """Takes the condition for which a batch fails."""
        self.batches, self._fails = list[list[float]](), fails
        self.may_continue, self.has_started = threading.Event(), threading.Event()
        self.may_continue.set()

    def prepare(self, clip: Clip, options: RecognitionOptions) -> PreparedClip:
        """Returns windows of ten seconds; none for a clip of up to one second."""
        count = len(clip.samples)
        spans = [Span(at, min(at + 10 * RATE, count)) for at in range(0, count, 10 * RATE)]
        return PreparedClip(clip, options, spans if clip.duration_s > 1 else [])

    def recognise(self, clips: Sequence[PreparedClip]) -> list[RecognitionResult]:
        """Returns the results, or raises, as soon as it may continue."""
        self.has_started.set()
        assert self.may_continue.wait(10)
        self.batches.append([prepared.clip.duration_s for prepared in clips])
        if any(map(self._fails, clips)):
            raise RuntimeError("scripted failure")
        return [
            replace(silent_result(prepared.clip, self.name), has_speech=True, text=str(prepared.clip.duration_s))
            for prepared in clips
        ]


def clip(duration_s: float) -> Clip:
    """Returns a silent clip."""
    return Clip(silence(duration_s), duration_s, AudioFormat.WAV)


@asynccontextmanager
async def busy_batcher(engine: ScriptedEngine, settings: EngineSettings = SETTINGS) -> AsyncIterator[Batcher]:
    """Yields a batcher whose engine processes a clip of 1.5 seconds until it may continue."""
    async with Batcher(engine, settings) as batcher:
        engine.may_continue.clear()
        first = asyncio.create_task(batcher.recognise(clip(1.5)))
        await asyncio.to_thread(engine.has_started.wait, 5)
        try:
            yield batcher
        finally:
            engine.may_continue.set()
            await first


async def queued_calls(batcher: Batcher, *durations_s: float) -> list[asyncio.Task[RecognitionResult]]:
    """Starts calls and returns when all of them wait in the queue, in this order."""
    calls = []
    for duration_s in durations_s:
        waiting = len(batcher._waiting)
        calls.append(asyncio.create_task(batcher.recognise(clip(duration_s))))
        async with asyncio.timeout(5):
            while len(batcher._waiting) == waiting:  # noqa: ASYNC110 - the queue sends no event
                await asyncio.sleep(0.001)
    return calls


async def test_batcher_with_many_callers_shares_batches_and_returns_own_results() -> None:
    engine = ScriptedEngine()
    async with Batcher(engine, SETTINGS) as batcher:
        results = await asyncio.gather(*(batcher.recognise(clip(2 + number)) for number in range(8)))
    assert [each.text for each in results] == [f"{2 + number}" for number in range(8)]
    assert [len(batch) for batch in engine.batches] == [4, 4]


async def test_batcher_with_silent_clip_runs_no_batch() -> None:
    engine = ScriptedEngine()
    async with Batcher(engine, SETTINGS) as batcher:
        assert not (await batcher.recognise(clip(0.5))).has_speech
    assert engine.batches == []


async def test_batcher_counts_windows_and_runs_large_clip_alone() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine) as batcher:
        calls = await queued_calls(batcher, 2, 95, 25, 3)
        engine.may_continue.set()
        await asyncio.gather(*calls)
    assert engine.batches == [[1.5], [2, 25], [95], [3]]


async def test_batcher_with_tight_padding_groups_clips_of_similar_length() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine, replace(SETTINGS, padding="tight")) as batcher:
        calls = await queued_calls(batcher, 2, 9, 2.1, 8.8, 2.2)
        engine.may_continue.set()
        await asyncio.gather(*calls)
    assert engine.batches == [[1.5], [2, 2.1, 2.2], [9, 8.8]]


async def test_batcher_with_failing_clip_fails_that_clip_alone() -> None:
    engine = ScriptedEngine(lambda prepared: prepared.clip.duration_s == 4)
    async with busy_batcher(engine) as batcher:
        calls = await queued_calls(batcher, 2, 3, 4, 5)
        engine.may_continue.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[2], RecognitionError)
    assert "scripted failure" in str(answers[2].__cause__)
    assert [each.text for each in answers if isinstance(each, RecognitionResult)] == ["2", "3", "5"]
    assert engine.batches == [[1.5], [2, 3, 4, 5], [2, 3], [4, 5], [4], [5]]


async def test_batcher_with_full_queue_refuses_with_time_to_wait() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine, replace(SETTINGS, queue_clips_max=3)) as batcher:
        calls = await queued_calls(batcher, 2, 2)
        with pytest.raises(Exhausted) as caught:
            await batcher.recognise(clip(2))
        assert timedelta(seconds=1) <= caught.value.retry_after < timedelta(minutes=3)
        engine.may_continue.set()
        await asyncio.gather(*calls)
        assert (await batcher.recognise(clip(2))).text == "2"


async def test_batcher_with_too_much_audio_in_queue_refuses_clip() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine, replace(SETTINGS, queue_duration_max=timedelta(seconds=10))) as batcher:
        with pytest.raises(Exhausted):
            await batcher.recognise(clip(9))


async def test_batcher_with_cancelled_caller_removes_its_clip() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine) as batcher:
        cancelled, remaining = await queued_calls(batcher, 2, 3)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        engine.may_continue.set()
        assert (await remaining).text == "3"
    assert engine.batches == [[1.5], [3]]


async def test_batcher_while_draining_finishes_queue_and_refuses_new_clips() -> None:
    engine = ScriptedEngine()
    async with busy_batcher(engine) as batcher:
        calls = await queued_calls(batcher, 2, 3)
        drain = asyncio.create_task(batcher.drain())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await batcher.recognise(clip(2))
        assert not drain.done()
        engine.may_continue.set()
        await drain
        assert [call.result().text for call in calls] == ["2", "3"]


async def test_batcher_closed_without_drain_fails_waiting_clips() -> None:
    engine = ScriptedEngine()
    batcher = Batcher(engine, SETTINGS)
    async with batcher:
        engine.may_continue.clear()
        calls = await queued_calls(batcher, 2, 3)
        threading.Timer(0.2, engine.may_continue.set).start()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)


async def test_batcher_with_real_engine_returns_transcripts_of_concurrent_clips(
    engine: Engine, settings: EngineSettings, jfk: Clip, french: Clip
) -> None:
    async with Batcher(engine, settings) as batcher:
        first, second = await asyncio.gather(
            batcher.recognise(jfk, RecognitionOptions(translate=False)), batcher.recognise(french)
        )
        await batcher.drain()
    assert first.text.startswith("And so my fellow Americans")
    assert (second.language, bool(second.english)) == ("fr", True)
