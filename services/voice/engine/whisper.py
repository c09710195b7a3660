"""Speech recognition of a batch of clips with Whisper.

Each window is encoded once. The language of a window is the one with the highest mean probability over the windows of
its clip, unless another language is clear in that window: speakers change their language. Transcripts and translations
are decoded in the same batch.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kit.errors import Invalid
from voice.engine.audio import RATE, Clip
from voice.engine.model import Array, SpeechModel
from voice.engine.quality import Hypothesis, confidence, doubt, over_windows, without_loops
from voice.engine.recognition import (
    ENGLISH,
    FRAMES_PER_SECOND,
    WINDOW_FRAMES,
    PreparedClip,
    RecognitionOptions,
    RecognitionResult,
    SpeechSegment,
    silent_result,
)
from voice.engine.settings import EngineSettings
from voice.engine.vad import Span, speech_spans
from voice.engine.windows import pieces, windows

ISO_639_1 = {"jw": "jv", "yue": "zh", "haw": ""}
"""Codes of the model that differ from ISO 639-1. Hawaiian has no code there."""


LANGUAGE_CHANGE_MIN = 0.8
"""Probability of another language than that of the clip from which a window has its own language."""

PIECE_SAMPLES, PIECE_FRAMES = 8 * RATE, 9 * FRAMES_PER_SECOND
"""Longest piece of a window whose language is compared with those of the other pieces, and its padded length."""

Windows = list[tuple[int, Span]]
"""Index of the clip and position of each window."""
Probabilities = dict[str, float]
"""Probability of each language."""
WindowLanguage = tuple[str, float]
"""Language of a window and its probability."""


@dataclass(slots=True)
class _Row:
    """A window with its prompt: one row of a decoding batch."""

    clip: int
    """Index of the clip in the batch."""
    window: int
    """Index of the encoded window."""
    span: Span
    language: WindowLanguage
    prompt: list[int]
    is_translation: bool
    best: Hypothesis | None = None

    @property
    def duration_s(self) -> float:
        """Length of the window."""
        return len(self.span) / RATE


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
        found = self._detected(clips, cut, encoded)
        cut, encoded, found = self._split(clips, cut, encoded, found)
        languages = self._languages(clips, cut, found)
        rows = list(self._rows(clips, cut, languages))
        self._decode(rows, encoded, deadline)
        by_clip = defaultdict[int, list[_Row]](list)
        for row in rows:
            by_clip[row.clip].append(row)
        return [self._result(prepared, by_clip[number]) for number, prepared in enumerate(clips)]

    def _features(self, clips: Sequence[PreparedClip], cut: Windows, frames: int = WINDOW_FRAMES) -> Array:
        if frames == WINDOW_FRAMES and self._settings.padding == "tight":
            longest = max(max(clips[number].frames()) for number, _ in cut)
            frames = min(WINDOW_FRAMES, longest + FRAMES_PER_SECOND + longest % 2)
        return np.stack(
            [self._model.features(clips[number].clip.samples[at.start : at.end], frames) for number, at in cut]
        )

    def _detected(
        self, clips: Sequence[PreparedClip], cut: Sequence[tuple[int, Span]], encoded: Array
    ) -> list[Probabilities]:
        """Returns the probabilities of the languages of each window; only the given one where it is given."""
        unknown = [index for index, (number, _) in enumerate(cut) if not clips[number].options.language]
        detected = iter(self._model.languages(encoded[unknown]) if unknown else ())
        given = [clips[number].options.language for number, _ in cut]
        return [{language: 1.0} if language else next(detected) for language in given]

    def _split(
        self, clips: Sequence[PreparedClip], cut: Windows, encoded: Array, found: list[Probabilities]
    ) -> tuple[Windows, Array, list[Probabilities]]:
        """Returns windows, encodings and probabilities, with long windows of several languages cut into pieces.

        The speaker may change the language within a window. The detection names one language only, with a high
        probability, so the languages of all pieces are compared. Pieces are padded to their own length for this.
        """
        new_cut, rows, new_found = Windows(), list[Array](), list[Probabilities]()
        for index, (number, window) in enumerate(cut):
            of_window = [(number, piece) for piece in self._pieces(clips[number], window)]
            if len(of_window) > 1 and self._are_mixed(clips, of_window):
                parts = self._model.encode(self._features(clips, of_window))
                new_cut, new_found = new_cut + of_window, new_found + self._detected(clips, of_window, parts)
                rows.append(parts)
            else:
                new_cut.append((number, window))
                new_found.append(found[index])
                rows.append(encoded[index : index + 1])
        return (new_cut, np.concatenate(rows), new_found) if len(new_cut) > len(cut) else (cut, encoded, found)

    def _are_mixed(self, clips: Sequence[PreparedClip], of_window: Windows) -> bool:
        """Returns whether at least two pieces of a window are clearly in different languages."""
        encoded = self._model.encode(self._features(clips, of_window, PIECE_FRAMES))
        found = self._detected(clips, of_window, encoded)
        return len({_likeliest(each) for each in found if max(each.values()) >= LANGUAGE_CHANGE_MIN}) > 1

    @staticmethod
    def _pieces(prepared: PreparedClip, window: Span) -> list[Span]:
        if len(window) <= PIECE_SAMPLES or prepared.options.language:
            return []
        samples = prepared.clip.samples[window.start : window.end]
        cut = pieces(samples, speech_spans(samples), PIECE_SAMPLES)
        return [Span(window.start + each.start, window.start + each.end) for each in cut]

    def _languages(
        self, clips: Sequence[PreparedClip], cut: Windows, found: Sequence[Probabilities]
    ) -> list[WindowLanguage]:
        """Returns the language of each window: that of its clip, unless another one is clear in the window."""
        totals = [defaultdict[str, float](float) for _ in clips]
        for (number, window), probabilities in zip(cut, found, strict=True):
            for language, probability in probabilities.items():
                totals[number][language] += probability * len(window)
        languages = list[WindowLanguage]()
        for (number, _), probabilities in zip(cut, found, strict=True):
            of_clip, own = _likeliest(totals[number]), _likeliest(probabilities)
            language = own if probabilities[own] >= LANGUAGE_CHANGE_MIN else of_clip
            languages.append((language, probabilities.get(language, 0.0)))
        return languages

    def _rows(
        self, clips: Sequence[PreparedClip], cut: Sequence[tuple[int, Span]], languages: Sequence[WindowLanguage]
    ) -> Iterator[_Row]:
        for index, ((number, window), language) in enumerate(zip(cut, languages, strict=True)):
            prompt = self._model.prompt(language[0], translate=False)
            yield _Row(number, index, window, language, prompt, False)
            if clips[number].options.translate and language[0] != ENGLISH:
                prompt = self._model.prompt(language[0], translate=True)
                yield _Row(number, index, window, language, prompt, True)

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
                has_loop = any(row.best and row.best.is_loop for row in batch)
                hypotheses = self._model.generate(
                    encoded[indices], prompts, longest_s, temperature, prevents_loops=has_loop
                )
                for row, hypothesis in zip(batch, hypotheses, strict=True):
                    row.best = max(filter(None, (row.best, hypothesis)), key=_preference)

    def _result(self, prepared: PreparedClip, rows: Sequence[_Row]) -> RecognitionResult:
        spoken = [
            (row, row.best)
            for row in rows
            if row.best and not row.is_translation and not row.best.is_silent and row.best.text
        ]
        if not spoken:
            return silent_result(prepared.clip, self.name)
        translated = {
            row.window: row.best for row in rows if row.best and row.is_translation and not row.best.is_silent
        }
        segments = _segments([row for row, _ in spoken], translated, has_english=prepared.options.translate)
        lengths, total = defaultdict[str, float](float), sum(row.duration_s for row, _ in spoken)
        for row, _ in spoken:
            lengths[row.language[0]] += row.duration_s
        language = max(lengths, key=lengths.__getitem__)
        probability = sum(row.language[1] * row.duration_s for row, _ in spoken) / total
        frames = [round(row.duration_s * FRAMES_PER_SECOND) for row, _ in spoken]
        quality = over_windows([best for _, best in spoken], frames, probability)
        return RecognitionResult(
            has_speech=True,
            text=" ".join(each.text for each in segments),
            language=ISO_639_1.get(language, language),
            language_probability=probability,
            english=" ".join(each.english for each in segments if each.english),
            confidence=confidence(quality),
            duration_s=prepared.clip.duration_s,
            model=self.name,
            doubt=doubt(quality, list(translated.values()), self._settings.doubt_below),
            segments=segments,
        )


def _segments(
    rows: Sequence[_Row], translated: Mapping[int, Hypothesis], *, has_english: bool
) -> tuple[SpeechSegment, ...]:
    """Returns the segments of a clip: its consecutive windows in one language, without loops in their texts."""
    segments = list[SpeechSegment]()
    for language, group in groupby(rows, key=lambda row: row.language[0]):
        windows_of = list(group)
        texts = [without_loops(row.best.text) for row in windows_of if row.best]
        english = [without_loops(translated[row.window].text) for row in windows_of if row.window in translated]
        segments.append(
            SpeechSegment(
                start_s=windows_of[0].span.start / RATE,
                end_s=windows_of[-1].span.end / RATE,
                language=ISO_639_1.get(language, language),
                text=" ".join(texts),
                english=" ".join(texts if language == ENGLISH else english) if has_english else "",
            )
        )
    return tuple(segments)


def _likeliest(probabilities: Mapping[str, float]) -> str:
    return max(probabilities, key=probabilities.__getitem__)


def _preference(hypothesis: Hypothesis) -> tuple[bool, tuple[bool, float]]:
    return hypothesis.is_acceptable, hypothesis.rank()
