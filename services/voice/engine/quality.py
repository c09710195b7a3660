"""How far a transcript can be relied on."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

COMPRESSION_MAX = 2.4
"""Text that compresses better than this repeats itself."""
LOGPROB_MIN = -1.0
NO_SPEECH_MAX = 0.6
LANGUAGE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decoding of one window."""

    text: str
    avg_logprob: float
    """Mean log probability of its tokens."""
    no_speech_probability: float

    @property
    def compression(self) -> float:
        """How many times smaller the text becomes when it is compressed."""
        raw = self.text.encode()
        return len(raw) / len(zlib.compress(raw))

    @property
    def silent(self) -> bool:
        """Whether the model itself heard no speech."""
        return self.no_speech_probability > NO_SPEECH_MAX and self.avg_logprob < LOGPROB_MIN

    @property
    def good(self) -> bool:
        """Whether it need not be tried again."""
        return self.silent or (self.compression <= COMPRESSION_MAX and self.avg_logprob >= LOGPROB_MIN)

    def rank(self) -> tuple[bool, float]:
        """Orders attempts: one that does not repeat itself first, then the likelier."""
        return self.compression <= COMPRESSION_MAX, self.avg_logprob


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of a clip, over its windows."""

    language_probability: float
    avg_logprob: float
    compression: float


def over_windows(attempts: Sequence[Attempt], frames: Sequence[int], language_probability: float) -> Quality:
    """Sums up windows: the mean log probability weighted by their length, the worst repetition."""
    mean = sum(each.avg_logprob * length for each, length in zip(attempts, frames, strict=True)) / sum(frames)
    return Quality(language_probability, mean, max(each.compression for each in attempts))


def confidence(quality: Quality) -> float:
    """Returns a number in [0, 1]: language_probability x exp(avg_logprob) x min(1, 2.4 / compression)^2.

    exp(avg_logprob) is the typical (geometric mean) probability of a token under the language that was taken. A wrong
    language that was detected with .74 reads as unlikely words (-1.44), so it ends at .18; plain speech is at .6 to .9.
    Text that repeats itself, of which the model is very sure, loses by the square of how far it passes 2.4.
    """
    likely = math.exp(min(0.0, quality.avg_logprob))
    repeats = min(1.0, COMPRESSION_MAX / max(quality.compression, 1e-9)) ** 2
    return max(0.0, min(1.0, quality.language_probability * likely * repeats))


def doubt(quality: Quality, translations: Sequence[Attempt], doubt_below: float) -> str:
    """Returns one sentence that says why the transcript may be wrong, or ''."""
    if quality.compression > COMPRESSION_MAX:
        return "The transcript repeats itself."
    if quality.avg_logprob < LOGPROB_MIN:
        return "The words are unlikely in the language that was detected."
    if quality.language_probability < LANGUAGE_MIN:
        return "It is not clear which language is spoken."
    if confidence(quality) < doubt_below:
        return "Neither the language nor the words are clear."
    if any(each.compression > COMPRESSION_MAX for each in translations):
        return "The translation repeats itself."
    return ""
