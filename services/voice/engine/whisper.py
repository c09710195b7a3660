"""Speech recognition of a batch of clips with Whisper.

Each window is encoded once. The language of a clip is the one with the highest mean probability over its windows.
Transcripts and translations are decoded in the same batch.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kit.errors import Invalid
from voice.engine.audio import RATE, Clip
from voice.engine.model import Array, SpeechModel
from voice.engine.quality import Hypothesis, confidence, doubt, over_windows
from voice.engine.recognition import (
    ENGLISH,
    FRAMES_PER_SECOND,
    WINDOW_FRAMES,
    PreparedClip,
    RecognitionOptions,
    RecognitionResult,
    silent_result,
)
from voice.engine.settings import EngineSettings
from voice.engine.vad import Span, speech_spans
from voice.engine.windows import windows

ISO_639_1 = {"jw": "jv", "yue": "zh", "haw": ""}
"""Codes of the model that differ from ISO 639-1. Hawaiian has no code there."""


@dataclass(slots=True)
class _Row:
    """A window with its prompt: one row of a decoding batch."""

    clip: int
    """Index of the clip in the batch."""
    window: int
    """Index of the encoded window."""
    duration_s: float
    prompt: list[int]
    is_translation: bool
    best: Hypothesis | None = None


class Engine:
    """Blocking speech recognition; `voice.engine.batcher` calls it for an event loop."""

    def __init__(self, settings: EngineSettings, model: SpeechModel | None = None) -> None:
        """Takes the settings, and a model; loads the model when none is given."""
        self._settings = settings
        self._model = model or SpeechModel(settings)
        self.name, self.workers = self._model.name, self._model.workers

    @property
    def device(self) -> str:
        """Device of the model: `cpu` or `cuda`."""
        return self._model.device

    def prepare(self, clip: Clip, options: RecognitionOptions) -> PreparedClip:
        """Detects speech and cuts windows. Raises Invalid for a language that the model does not support."""
        if options.language and not self._model.supports(options.language):
            raise Invalid.field("language", "is not supported by the speech model")
        return PreparedClip(clip, options, windows(clip.samples, speech_spans(clip.samples)))

    def warm_up(self) -> None:
        """Runs the model once on noise: on a GPU the first run compiles kernels."""
        noise = np.random.default_rng(0).normal(0, 0.001, RATE).astype(np.float32)
        encoded = self._model.encode(self._model.features(noise, WINDOW_FRAMES)[np.newaxis])
        self._model.languages(encoded)
        self._model.generate(encoded, [self._model.prompt(ENGLISH, translate=False)], 1.0)

    def recognise(self, clips: Sequence[PreparedClip]) -> list[RecognitionResult]:
        """Returns the results in the order of the clips. An exception fails the whole batch."""
        deadline = time.monotonic() + self._settings.retry_time_max.total_seconds()
        cut = [(number, window) for number, prepared in enumerate(clips) for window in prepared.windows]
        if not cut:
            return [silent_result(prepared.clip, self.name) for prepared in clips]
        encoded = self._model.encode(self._features(clips, cut))
        languages = self._languages(clips, cut, encoded)
        rows = list(self._rows(clips, cut, languages))
        self._decode(rows, encoded, deadline)
        by_clip = defaultdict[int, list[_Row]](list)
        for row in rows:
            by_clip[row.clip].append(row)
        return [self._result(prepared, by_clip[number], *languages[number]) for number, prepared in enumerate(clips)]

    def _features(self, clips: Sequence[PreparedClip], cut: Sequence[tuple[int, Span]]) -> Array:
        frames = WINDOW_FRAMES
        if self._settings.padding == "tight":
            longest = max(max(clips[number].frames()) for number, _ in cut)
            frames = min(WINDOW_FRAMES, longest + FRAMES_PER_SECOND + longest % 2)
        return np.stack(
            [self._model.features(clips[number].clip.samples[at.start : at.end], frames) for number, at in cut]
        )

    def _languages(
        self, clips: Sequence[PreparedClip], cut: Sequence[tuple[int, Span]], encoded: Array
    ) -> list[tuple[str, float]]:
        """Returns language and probability of each clip: the mean over its windows, weighted by their length."""
        unknown = [index for index, (number, _) in enumerate(cut) if not clips[number].options.language]
        totals = [defaultdict[str, float](float) for _ in clips]
        found = self._model.languages(encoded[unknown]) if unknown else []
        for index, probabilities in zip(unknown, found, strict=True):
            number, window = cut[index]
            for language, probability in probabilities.items():
                totals[number][language] += probability * len(window)
        languages = []
        for prepared, total in zip(clips, totals, strict=True):
            given = prepared.options.language
            if given or not total:
                languages.append((given, float(bool(given))))
            else:
                likeliest = max(total, key=lambda language: total[language])
                languages.append((likeliest, total[likeliest] / sum(map(len, prepared.windows))))
        return languages

    def _rows(
        self,
        clips: Sequence[PreparedClip],
        cut: Sequence[tuple[int, Span]],
        languages: Sequence[tuple[str, float]],
    ) -> Iterator[_Row]:
        for index, (number, window) in enumerate(cut):
            language = languages[number][0]
            duration_s = len(window) / RATE
            yield _Row(number, index, duration_s, self._model.prompt(language, translate=False), False)
            if clips[number].options.translate and language != ENGLISH:
                yield _Row(number, index, duration_s, self._model.prompt(language, translate=True), True)

    def _decode(self, rows: Sequence[_Row], encoded: Array, deadline: float) -> None:
        """Sets the best hypothesis of each row. Rows with a poor one are decoded again at higher temperatures.

        After the deadline no row is decoded again.
        """
        for temperature in (0.0, *self._settings.retry_temperatures):
            poor = [row for row in rows if row.best is None or not row.best.is_acceptable]
            if not poor or (temperature and time.monotonic() > deadline):
                return
            step = 2 * self._settings.batch_rows_max  # a transcript and a translation of each window
            for at in range(0, len(poor), step):
                if temperature and time.monotonic() > deadline:
                    return
                batch = poor[at : at + step]
                indices, prompts = [row.window for row in batch], [row.prompt for row in batch]
                longest_s = max(row.duration_s for row in batch)
                hypotheses = self._model.generate(encoded[indices], prompts, longest_s, temperature)
                for row, hypothesis in zip(batch, hypotheses, strict=True):
                    row.best = max(filter(None, (row.best, hypothesis)), key=_preference)

    def _result(
        self, prepared: PreparedClip, rows: Sequence[_Row], language: str, probability: float
    ) -> RecognitionResult:
        transcripts = [(row.best, row.duration_s) for row in rows if row.best and not row.is_translation]
        translations = [row.best for row in rows if row.best and row.is_translation and not row.best.is_silent]
        spoken = [(best, duration_s) for best, duration_s in transcripts if not best.is_silent and best.text]
        if not spoken:
            return silent_result(prepared.clip, self.name)
        text = " ".join(best.text for best, _ in spoken)
        frames = [round(duration_s * FRAMES_PER_SECOND) for _, duration_s in spoken]
        quality = over_windows([best for best, _ in spoken], frames, probability)
        english = text if language == ENGLISH else " ".join(each.text for each in translations)
        return RecognitionResult(
            has_speech=True,
            text=text,
            language=ISO_639_1.get(language, language),
            language_probability=probability,
            english=english if prepared.options.translate else "",
            confidence=confidence(quality),
            duration_s=prepared.clip.duration_s,
            model=self.name,
            doubt=doubt(quality, translations, self._settings.doubt_below),
        )


def _preference(hypothesis: Hypothesis) -> tuple[bool, tuple[bool, float]]:
    return hypothesis.is_acceptable, hypothesis.rank()
