"""Quality of transcripts: confidence, and the reason for doubt."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

COMPRESSION_MAX = 2.4
"""Text with a higher compression ratio repeats itself."""
LOOP_FACTOR = 0.5
"""Largest factor of the confidence in a text from which repetitions were cut."""
_WORDS_LOOP = re.compile(r"(?<!\w)(\w+(?:\W+\w+){1,11})(?:\W+\1(?!\w)){2,}", re.IGNORECASE)
_WORD_LOOP = re.compile(r"(?<!\w)(\w+)(?:\W+\1(?!\w)){5,}", re.IGNORECASE)
_UNSPACED_LOOP = re.compile(r"([^\s\x00-\u2fff][^\s]{1,19}?)(?:[、。,\s]*\1){3,}")
"""Loops of a phrase of 2 to 12 words, of one word (6 times), and of 2 to 20 characters of a script without spaces."""
LOGPROB_MIN = -1.0
NO_SPEECH_MAX = 0.6
LANGUAGE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoding of one window."""

    text: str
    avg_logprob: float
    """Mean log probability of the tokens."""
    no_speech_probability: float

    @property
    def compression(self) -> float:
        """Compression ratio: size of the text divided by its compressed size."""
        raw = self.text.encode()
        return len(raw) / len(zlib.compress(raw))

    @property
    def is_silent(self) -> bool:
        """Whether the model detects no speech in the window."""
        return self.no_speech_probability > NO_SPEECH_MAX and self.avg_logprob < LOGPROB_MIN

    @property
    def is_loop(self) -> bool:
        """Whether a phrase of the text follows itself several times."""
        return without_loops(self.text) != self.text

    @property
    def is_repetitive(self) -> bool:
        """Whether the text repeats itself, by its compression ratio or in a loop."""
        return self.compression > COMPRESSION_MAX or self.is_loop

    @property
    def is_acceptable(self) -> bool:
        """Whether the window needs no further decoding."""
        return self.is_silent or (not self.is_repetitive and self.avg_logprob >= LOGPROB_MIN)

    def rank(self) -> tuple[bool, float]:
        """Returns a sort key: text without repetition ranks higher, then the higher log probability."""
        return not self.is_repetitive, self.avg_logprob


def without_loops(text: str) -> str:
    """Returns the text with each loop cut to one occurrence of its phrase."""
    for pattern in (_WORD_LOOP, _WORDS_LOOP, _UNSPACED_LOOP):
        text = pattern.sub(r"\1", text)
    return text


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of a clip over its windows."""

    language_probability: float
    avg_logprob: float
    compression: float
    has_loops: bool = False
    """Whether repetitions were cut from the text."""


def over_windows(hypotheses: Sequence[Hypothesis], frames: Sequence[int], language_probability: float) -> Quality:
    """Returns the mean log probability, weighted by the length of the windows, and the highest compression ratio."""
    mean = sum(each.avg_logprob * length for each, length in zip(hypotheses, frames, strict=True)) / sum(frames)
    compression = max(each.compression for each in hypotheses)
    return Quality(language_probability, mean, compression, any(each.is_loop for each in hypotheses))


def confidence(quality: Quality) -> float:
    """Returns a number in [0, 1]: language_probability x exp(avg_logprob) x min(1, 2.4 / compression)^2.

    The last factor is at most LOOP_FACTOR for a text from which repetitions were cut.

    exp(avg_logprob) is the geometric mean of the token probabilities in the chosen language. Clear speech gives 0.6 to
    0.9. A wrong language, detected with 0.74 and decoded with -1.44, gives 0.18. The last factor lowers the confidence
    of text that repeats itself, whose token probabilities are high.
    """
    likely = math.exp(min(0.0, quality.avg_logprob))
    repeats = min(1.0, COMPRESSION_MAX / max(quality.compression, 1e-9)) ** 2
    repeats = min(repeats, LOOP_FACTOR) if quality.has_loops else repeats
    return max(0.0, min(1.0, quality.language_probability * likely * repeats))


def doubt(quality: Quality, translations: Sequence[Hypothesis], doubt_below: float) -> str:
    """Returns one sentence that says why the transcript may be wrong; empty without a reason."""
    if quality.has_loops:
        return "The speech model repeats itself. Repetitions were removed from the transcript."
    if quality.compression > COMPRESSION_MAX:
        return "The transcript repeats itself."
    if quality.avg_logprob < LOGPROB_MIN:
        return "The words are unlikely in the detected language."
    if quality.language_probability < LANGUAGE_MIN:
        return "The spoken language is uncertain."
    if confidence(quality) < doubt_below:
        return "The confidence in language and words is low."
    if any(each.compression > COMPRESSION_MAX for each in translations):
        return "The translation repeats itself."
    return ""
