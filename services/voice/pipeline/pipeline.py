"""From a file to what it means: decoded, heard in batches, translated, read for its opinion. Needs the voice extra."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from kit.errors import Exhausted
from voice.domain.ports import Understood
from voice.engine.audio import AudioLimits, decode
from voice.engine.batching import Batcher
from voice.engine.settings import Device, EngineSettings
from voice.engine.transcript import Ask, Heard
from voice.engine.whisper import Engine
from voice.pipeline.translation import ENGLISH, Translation
from voice.settings import HearingSettings
from voice.text.opinion import EmbeddingReader, OpinionReader
from voice.text.translation import UnknownPair


class Hearing:
    """Ears made of an engine that takes batches and a reader of opinions."""

    def __init__(self, batcher: Batcher, limits: AudioLimits, reader: OpinionReader, translation: Translation) -> None:
        self._batcher, self._limits, self._reader, self._translation = batcher, limits, reader, translation
        self._decoding = ThreadPoolExecutor(2, "voice-decoding")
        self._reading = ThreadPoolExecutor(1, "voice-reading")

    async def understand(self, data: bytes, *, language: str = "", translate: bool = True) -> Understood:
        """Hears a whole file and reads what was said; see voice.domain.ports.Ears."""
        loop = asyncio.get_running_loop()
        clip = await loop.run_in_executor(self._decoding, decode, data, self._limits)
        heard = await self._batcher.hear(clip, Ask(translate=translate, language=language))
        if heard.no_speech:
            return Understood(no_speech=True, seconds=heard.seconds, model=heard.model)
        opinion = await loop.run_in_executor(self._reading, self._reader.read, heard.text, heard.language)
        return Understood(
            no_speech=False,
            text=heard.text,
            language=heard.language,
            language_probability=heard.language_probability,
            english=await self._english(heard) if translate else "",
            confidence=heard.confidence,
            doubt=heard.doubtful,
            seconds=heard.seconds,
            model=heard.model,
            sentiment=opinion.sentiment,
            rating=opinion.rating,
            categories=opinion.categories,
        )

    async def _english(self, heard: Heard) -> str:
        """Returns the recogniser's own translation, else that of the transcript where an engine knows the language."""
        if heard.english or not heard.language:
            return heard.english
        try:
            return (await self._translation.translate(heard.text[:5000], heard.language, ENGLISH)).text
        except (UnknownPair, Exhausted):
            return ""

    def close(self) -> None:
        """Takes no more work."""
        for pool in (self._decoding, self._reading):
            pool.shutdown(wait=False, cancel_futures=True)


def engine_settings(settings: HearingSettings) -> EngineSettings:
    """Returns what the engine is told."""
    return EngineSettings(
        cache=settings.cache,
        model=settings.model,
        download=settings.download,
        device=cast(Device, settings.device),
        device_indices=settings.device_indices,
        compute_type=settings.compute_type,
        cpu_threads=settings.cpu_threads,
        batch_rows_max=settings.batch_rows_max,
        queue_clips_max=settings.clips_max,
        limits=AudioLimits(bytes_max=settings.audio_bytes_max, duration_max=settings.audio_duration_max),
    )


@contextlib.asynccontextmanager
async def open_ears(settings: HearingSettings, translation: Translation) -> AsyncIterator[Hearing]:
    """Loads the model, some seconds, and hears while the block runs; raises WeightsMissing, Precondition."""
    told = engine_settings(settings)
    engine = await asyncio.to_thread(Engine, told)
    if engine.device == "cuda":  # a GPU compiles at the first call; on a processor the first call is as fast as others
        await asyncio.to_thread(engine.warm_up)
    async with Batcher(engine, told) as batcher:
        hearing = Hearing(batcher, told.limits, EmbeddingReader(), translation)
        try:
            yield hearing
        finally:
            hearing.close()
