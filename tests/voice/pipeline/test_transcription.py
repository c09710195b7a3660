"""The steps of the pipeline, with a scripted engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.voice.fixtures.service import environ_of
from voice.engine.availability import unavailable_reason
from voice.pipeline.translation import Translation
from voice.settings import VoiceSettings

if TYPE_CHECKING or not unavailable_reason():
    from tests.voice.fixtures.sounds import encoded, sine
    from voice.engine.audio import AudioLimits, Clip
    from voice.engine.batcher import Batcher, RecognitionError
    from voice.engine.recognition import PreparedClip, RecognitionOptions, RecognitionResult, silent_result
    from voice.engine.rejection import AudioRejected
    from voice.engine.settings import EngineSettings
    from voice.engine.vad import Span
    from voice.pipeline.transcription import TranscriptionPipeline, engine_settings
    from voice.text.opinion import Opinion

pytestmark = pytest.mark.skipif(bool(unavailable_reason()), reason=unavailable_reason() or "voice is on")

TEXTS = {1: "resposta muito boa", 2: "good answer"}
"""Texts of recordings by their length in seconds. Longer recordings make the engine fail."""


class ScriptedEngine:
    """Returns the text for the length of a clip, without a translation of Portuguese."""

    name, workers = "script", 1

    def __init__(self) -> None:
        """Begins without batches."""
        self.batches: list[int] = []

    def prepare(self, clip: Clip, options: RecognitionOptions) -> PreparedClip:
        """Returns the whole clip as one window."""
        return PreparedClip(clip, options, [Span(0, len(clip.samples))])

    def recognise(self, clips: Sequence[PreparedClip]) -> list[RecognitionResult]:
        """Returns the results, or raises for a clip longer than two seconds."""
        self.batches.append(len(clips))
        lengths = [round(prepared.clip.duration_s) for prepared in clips]
        if max(lengths) > 2:
            raise RuntimeError("the clip is too long for the script")
        return [self._result(prepared, TEXTS[length]) for prepared, length in zip(clips, lengths, strict=True)]

    def _result(self, prepared: PreparedClip, text: str) -> RecognitionResult:
        language = "en" if "good" in text else "pt"
        english = text if language == "en" else ""
        silent = silent_result(prepared.clip, self.name)
        return replace(silent, has_speech=True, text=text, language=language, english=english)


class KeywordClassifier:
    """Rates texts with a positive word."""

    def classify(self, text: str, language: str) -> Opinion:
        """Returns the opinion."""
        is_positive = "good" in text or "boa" in text
        return Opinion(sentiment=0.5 * is_positive, rating=int(is_positive), categories=("tone",), confidence=1.0)


@contextlib.asynccontextmanager
async def open_scripted(engine: ScriptedEngine) -> AsyncIterator[TranscriptionPipeline]:
    """Yields a pipeline with an engine."""
    translation = Translation("")
    async with Batcher(engine, EngineSettings(cache=Path())) as batcher:
        pipeline = TranscriptionPipeline(batcher, AudioLimits(), KeywordClassifier(), translation)
        try:
            yield pipeline
        finally:
            pipeline.close()
            translation.close()


async def test_pipeline_translates_text_that_the_engine_did_not_translate() -> None:
    async with open_scripted(ScriptedEngine()) as pipeline:
        first = await pipeline.transcribe(encoded(sine(1), "wav"))
        assert (first.text, first.sentiment, first.rating, first.categories) == (TEXTS[1], 0.5, 1, ("tone",))
        assert "good" in first.english.lower()
        assert (await pipeline.transcribe(encoded(sine(1), "wav"), translate=False)).english == ""
        assert (await pipeline.transcribe(encoded(sine(2), "ogg"))).english == TEXTS[2]


async def test_pipeline_with_failing_clip_in_batch_fails_that_clip_alone() -> None:
    engine = ScriptedEngine()
    async with open_scripted(engine) as pipeline:
        files = [encoded(sine(seconds), "wav") for seconds in (2, 2, 5, 2)]
        results = await asyncio.gather(*map(pipeline.transcribe, files), return_exceptions=True)
    assert [isinstance(each, RecognitionError) for each in results] == [False, False, True, False]
    assert max(engine.batches) > 1, "no clips shared a batch"


async def test_pipeline_rejects_file_that_is_not_audio() -> None:
    async with open_scripted(ScriptedEngine()) as pipeline:
        with pytest.raises(AudioRejected, match="format is not supported"):
            await pipeline.transcribe(b"text")


def test_engine_settings_follow_service_settings() -> None:
    environ = environ_of("postgresql://localhost/x", "", Path("audio")) | {
        "RADIANT_DATA": "data",
        "RADIANT_VOICE_DEVICE": "cuda",
        "RADIANT_VOICE_DEVICES": "2",
        "RADIANT_VOICE_TRANSCRIPTIONS_MAX": "90",
        "RADIANT_VOICE_CONCURRENCY": "9",
    }
    settings = engine_settings(VoiceSettings.from_env(environ))
    assert (settings.device, settings.device_indices, settings.queue_clips_max) == ("cuda", (0, 1), 99)
    assert settings.cache == Path("data/voice-models")
