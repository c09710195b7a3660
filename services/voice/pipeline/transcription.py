"""Transcribes recordings with the engine: decoding, speech recognition, translation, opinion. Needs the voice extra."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from kit.errors import Exhausted
from voice.domain.transcript import Transcript, TranscriptSegment
from voice.engine.audio import AudioLimits, decode
from voice.engine.batcher import Batcher
from voice.engine.recognition import RecognitionOptions, RecognitionResult
from voice.engine.settings import EngineSettings
from voice.engine.whisper import Engine
from voice.pipeline.translation import ENGLISH, Translation
from voice.settings import VoiceSettings
from voice.text.opinion import EmbeddingClassifier, OpinionClassifier
from voice.text.translation import TEXT_CHARACTERS_MAX, UnknownLanguagePair


class TranscriptionPipeline:
    """The transcriber of the service; see voice.domain.ports.Transcriber."""

    def __init__(
        self, batcher: Batcher, limits: AudioLimits, classifier: OpinionClassifier, translation: Translation
    ) -> None:
        """Takes the steps in their order, and the limits of decoding."""
        self._batcher, self._limits, self._classifier, self._translation = batcher, limits, classifier, translation
        self._decoding = ThreadPoolExecutor(2, "voice-decoding")
        self._classification = ThreadPoolExecutor(1, "voice-classification")

    async def transcribe(self, data: bytes, *, language: str = "", translate: bool = True) -> Transcript:
        """Returns the transcript of a whole audio file; see voice.domain.ports.Transcriber."""
        loop = asyncio.get_running_loop()
        clip = await loop.run_in_executor(self._decoding, decode, data, self._limits)
        result = await self._batcher.recognise(clip, RecognitionOptions(translate=translate, language=language))
        if not result.has_speech:
            return Transcript(has_speech=False, duration_s=result.duration_s, model=result.model)
        opinion = await loop.run_in_executor(
            self._classification, self._classifier.classify, result.text, result.language
        )
        return Transcript(
            has_speech=True,
            text=result.text,
            language=result.language,
            language_probability=result.language_probability,
            english=await self._english(result) if translate else "",
            confidence=result.confidence,
            doubt=result.doubt,
            duration_s=result.duration_s,
            model=result.model,
            sentiment=opinion.sentiment,
            rating=opinion.rating,
            categories=opinion.categories,
            segments=tuple(
                TranscriptSegment(
                    start_s=each.start_s, end_s=each.end_s, language=each.language, text=each.text, english=each.english
                )
                for each in result.segments
            ),
        )

    async def _english(self, result: RecognitionResult) -> str:
        """Returns the translation of the speech model, or else one of the transcript; empty when there is neither."""
        if result.english or not result.language:
            return result.english
        text = result.text[:TEXT_CHARACTERS_MAX]
        try:
            return (await self._translation.translate(text, result.language, ENGLISH)).text
        except (UnknownLanguagePair, Exhausted):
            return ""

    def close(self) -> None:
        """Cancels waiting work and accepts no more."""
        for pool in (self._decoding, self._classification):
            pool.shutdown(wait=False, cancel_futures=True)


def engine_settings(settings: VoiceSettings) -> EngineSettings:
    """Returns the settings of the engine for those of the service."""
    recognition = settings.recognition
    return EngineSettings(
        cache=settings.weights_folder,
        model=recognition.model,
        download=recognition.download,
        device=recognition.device,
        device_indices=tuple(range(recognition.devices)),
        compute_type=recognition.compute_type,
        cpu_threads=recognition.cpu_threads,
        batch_rows_max=recognition.batch_rows_max,
        queue_clips_max=settings.clips_max,
        limits=AudioLimits(bytes_max=recognition.audio_bytes_max, duration_max=recognition.audio_duration_max),
    )


@contextlib.asynccontextmanager
async def open_pipeline(settings: VoiceSettings, translation: Translation) -> AsyncIterator[TranscriptionPipeline]:
    """Yields the pipeline after the model is loaded, which takes several seconds.

    Raises WeightsMissing, and Precondition when a requested GPU does not exist.
    """
    configured = engine_settings(settings)
    engine = await asyncio.to_thread(Engine, configured)
    if engine.device == "cuda":  # a GPU compiles kernels at the first call
        await asyncio.to_thread(engine.warm_up)
    async with Batcher(engine, configured) as batcher:
        pipeline = TranscriptionPipeline(batcher, configured.limits, EmbeddingClassifier(), translation)
        try:
            yield pipeline
        finally:
            pipeline.close()
