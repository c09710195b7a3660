"""From a file to its meaning, with an engine that follows a script."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from voice.engine.availability import why_off
from voice.pipeline.translation import Translation

if TYPE_CHECKING or not why_off():
    from tests.voice.engine.sounds import encoded, sine
    from voice.engine.audio import AudioLimits, Clip
    from voice.engine.batching import Batcher, HearingError
    from voice.engine.rejection import AudioRejected
    from voice.engine.settings import EngineSettings
    from voice.engine.transcript import Ask, Heard, Job, nothing_heard
    from voice.engine.vad import Span
    from voice.pipeline.pipeline import Hearing, engine_settings
    from voice.settings import HearingSettings
    from voice.text.opinion import Opinion

pytestmark = pytest.mark.skipif(bool(why_off()), reason=why_off() or "voice is on")

WORDS = {1: "resposta muito boa", 2: "good answer"}
"""What is said in recordings of so many seconds; longer ones are poison."""


class Engine:
    """Says what the length of a clip stands for, without a translation."""

    name, workers = "script", 1

    def __init__(self) -> None:
        """Has heard nothing."""
        self.batches: list[int] = []

    def prepare(self, clip: Clip, ask: Ask) -> Job:
        """Lets everything through."""
        return Job(clip, ask, [Span(0, len(clip.samples))])

    def hear(self, jobs: Sequence[Job]) -> list[Heard]:
        """Answers or fails."""
        self.batches.append(len(jobs))
        lengths = [round(job.clip.seconds) for job in jobs]
        if max(lengths) > 2:
            raise RuntimeError("poison")
        return [self._heard(job, WORDS[length]) for job, length in zip(jobs, lengths, strict=True)]

    def _heard(self, job: Job, words: str) -> Heard:
        language = "en" if "good" in words else "pt"
        english = words if language == "en" else ""
        silent = nothing_heard(job.clip, self.name)
        return replace(silent, no_speech=False, text=words, language=language, english=english)


class Reader:
    """Likes what is good."""

    def read(self, text: str, language: str) -> Opinion:
        """Reads."""
        good = "good" in text or "boa" in text
        return Opinion(sentiment=0.5 * good, rating=int(good), categories=("tone",), confidence=1.0)


@contextlib.asynccontextmanager
async def hearing(engine: Engine) -> AsyncIterator[Hearing]:
    """Gives ears around an engine."""
    translation = Translation("")
    async with Batcher(engine, EngineSettings(cache=Path())) as batcher:
        ears = Hearing(batcher, AudioLimits(), Reader(), translation)
        try:
            yield ears
        finally:
            ears.close()
            translation.close()


async def test_words_are_read_and_translated_where_the_engine_did_not() -> None:
    async with hearing(Engine()) as ears:
        heard = await ears.understand(encoded(sine(1), "wav"))
        assert (heard.text, heard.sentiment, heard.rating, heard.categories) == (WORDS[1], 0.5, 1, ("tone",))
        assert "good" in heard.english.lower()
        assert (await ears.understand(encoded(sine(1), "wav"), translate=False)).english == ""
        assert (await ears.understand(encoded(sine(2), "ogg"))).english == WORDS[2]


async def test_poison_is_alone_in_its_failure() -> None:
    engine = Engine()
    async with hearing(engine) as ears:
        sounds = [encoded(sine(seconds), "wav") for seconds in (2, 2, 5, 2)]
        found = await asyncio.gather(*map(ears.understand, sounds), return_exceptions=True)
    assert [isinstance(each, HearingError) for each in found] == [False, False, True, False]
    assert max(engine.batches) > 1, "nothing was stacked"


async def test_what_is_no_audio_is_rejected() -> None:
    async with hearing(Engine()) as ears:
        with pytest.raises(AudioRejected, match="not a recording"):
            await ears.understand(b"text")


def test_the_engine_is_told_what_the_service_was() -> None:
    told = engine_settings(HearingSettings(cache=Path("x"), device="cuda", device_indices=(0, 1), clips_max=99))
    assert (told.device, told.device_indices, told.queue_clips_max) == ("cuda", (0, 1), 99)
