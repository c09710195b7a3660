"""Callers share batches; the queue is bounded; one bad clip spoils nothing but itself."""

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
from tests.voice.engine.sounds import silence
from voice.engine.audio import RATE, Clip
from voice.engine.batching import Batcher, HearingError
from voice.engine.settings import EngineSettings
from voice.engine.transcript import Ask, Heard, Job, nothing_heard
from voice.engine.vad import Span
from voice.engine.whisper import Engine

SETTINGS = EngineSettings(cache=Path(), batch_rows_max=4, queue_clips_max=20)


class Ears:
    """An engine that repeats how long a clip is, fails on poison, and can be held up."""

    name, workers = "ears", 1

    def __init__(self, poison: Callable[[Job], bool] = lambda job: False) -> None:
        """Takes what to fail on."""
        self.batches, self.poison = list[list[float]](), poison
        self.free, self.busy = threading.Event(), threading.Event()
        self.free.set()

    def prepare(self, clip: Clip, ask: Ask) -> Job:
        """Calls everything speech that is longer than a second, in windows of ten."""
        count = len(clip.samples)
        spans = [Span(at, min(at + 10 * RATE, count)) for at in range(0, count, 10 * RATE)]
        return Job(clip, ask, spans if clip.seconds > 1 else [])

    def hear(self, jobs: Sequence[Job]) -> list[Heard]:
        """Answers or fails."""
        self.busy.set()
        assert self.free.wait(10)
        self.batches.append([job.clip.seconds for job in jobs])
        if any(map(self.poison, jobs)):
            raise RuntimeError("poison")
        return [
            replace(nothing_heard(job.clip, self.name), no_speech=False, text=str(job.clip.seconds)) for job in jobs
        ]


def clip(seconds: float) -> Clip:
    """Makes a clip."""
    return Clip(silence(seconds), seconds, AudioFormat.WAV)


@asynccontextmanager
async def held(ears: Ears, settings: EngineSettings = SETTINGS) -> AsyncIterator[Batcher]:
    """Runs a batcher whose engine is busy with a clip of 1.5 seconds until it is freed."""
    async with Batcher(ears, settings) as batcher:
        ears.free.clear()
        first = asyncio.create_task(batcher.hear(clip(1.5)))
        await asyncio.to_thread(ears.busy.wait, 5)
        try:
            yield batcher
        finally:
            ears.free.set()
            await first


async def hear_all(batcher: Batcher, *seconds: float) -> list[asyncio.Task[Heard]]:
    """Starts calls and returns once all of them wait."""
    calls = [asyncio.create_task(batcher.hear(clip(each))) for each in seconds]
    await asyncio.sleep(0.1)
    return calls


async def test_clips_of_many_callers_share_batches_and_each_gets_its_own_answer() -> None:
    ears = Ears()
    async with Batcher(ears, SETTINGS) as batcher:
        heard = await asyncio.gather(*(batcher.hear(clip(2 + number)) for number in range(8)))
    assert [each.text for each in heard] == [f"{2 + number}" for number in range(8)]
    assert [len(batch) for batch in ears.batches] == [4, 4]


async def test_silence_is_answered_without_a_batch() -> None:
    ears = Ears()
    async with Batcher(ears, SETTINGS) as batcher:
        assert (await batcher.hear(clip(0.5))).no_speech
    assert ears.batches == []


async def test_rows_are_windows_and_a_clip_of_many_goes_alone() -> None:
    ears = Ears()
    async with held(ears) as batcher:
        calls = await hear_all(batcher, 2, 95, 25, 3)
        ears.free.set()
        await asyncio.gather(*calls)
    assert ears.batches == [[1.5], [2, 25], [95], [3]]


async def test_tight_padding_puts_clips_of_like_length_together() -> None:
    ears = Ears()
    async with held(ears, replace(SETTINGS, padding="tight")) as batcher:
        calls = await hear_all(batcher, 2, 9, 2.1, 8.8, 2.2)
        ears.free.set()
        await asyncio.gather(*calls)
    assert ears.batches == [[1.5], [2, 2.1, 2.2], [9, 8.8]]


async def test_a_poisonous_clip_fails_alone() -> None:
    ears = Ears(lambda job: job.clip.seconds == 4)
    async with held(ears) as batcher:
        calls = await hear_all(batcher, 2, 3, 4, 5)
        ears.free.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[2], HearingError)
    assert "poison" in str(answers[2].__cause__)
    assert [each.text for each in answers if isinstance(each, Heard)] == ["2", "3", "5"]
    assert ears.batches == [[1.5], [2, 3, 4, 5], [2, 3], [4, 5], [4], [5]]


async def test_a_full_queue_refuses_with_the_time_to_wait() -> None:
    ears = Ears()
    async with held(ears, replace(SETTINGS, queue_clips_max=3)) as batcher:
        calls = await hear_all(batcher, 2, 2)
        with pytest.raises(Exhausted) as caught:
            await batcher.hear(clip(2))
        assert timedelta(seconds=1) <= caught.value.retry_after < timedelta(minutes=3)
        ears.free.set()
        await asyncio.gather(*calls)
        assert (await batcher.hear(clip(2))).text == "2"


async def test_too_much_audio_is_refused_as_well() -> None:
    ears = Ears()
    async with held(ears, replace(SETTINGS, queue_duration_max=timedelta(seconds=10))) as batcher:
        with pytest.raises(Exhausted):
            await batcher.hear(clip(9))


async def test_a_cancelled_caller_leaves_the_queue() -> None:
    ears = Ears()
    async with held(ears) as batcher:
        gone, stays = await hear_all(batcher, 2, 3)
        gone.cancel()
        await asyncio.wait([gone])
        ears.free.set()
        assert (await stays).text == "3"
    assert ears.batches == [[1.5], [3]]


async def test_draining_answers_what_waits_and_takes_nothing_new() -> None:
    ears = Ears()
    async with held(ears) as batcher:
        calls = await hear_all(batcher, 2, 3)
        draining = asyncio.create_task(batcher.drain())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await batcher.hear(clip(2))
        assert not draining.done()
        ears.free.set()
        await draining
        assert [call.result().text for call in calls] == ["2", "3"]


async def test_leaving_without_draining_fails_what_waits() -> None:
    ears = Ears()
    batcher = Batcher(ears, SETTINGS)
    async with batcher:
        ears.free.clear()
        calls = await hear_all(batcher, 2, 3)
        threading.Timer(0.2, ears.free.set).start()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)


async def test_the_real_engine_hears_what_comes_at_once(
    engine: Engine, settings: EngineSettings, jfk: Clip, french: Clip
) -> None:
    async with Batcher(engine, settings) as batcher:
        first, second = await asyncio.gather(batcher.hear(jfk, Ask(translate=False)), batcher.hear(french))
        await batcher.drain()
    assert first.text.startswith("And so my fellow Americans")
    assert (second.language, bool(second.english)) == ("fr", True)
