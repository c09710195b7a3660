"""Quality of transcripts: confidence, and the reason for doubt."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

COMPRESSION_MAX = 2.4
"""Text with a higher compression ratio repeats itself."""
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
    def is_acceptable(self) -> bool:
        """Whether the window needs no further decoding."""
        return self.is_silent or (self.compression <= COMPRESSION_MAX and self.avg_logprob >= LOGPROB_MIN)

    def rank(self) -> tuple[bool, float]:
        """Returns a sort key: text without repetition ranks higher, then the higher log probability."""
        return self.compression <= COMPRESSION_MAX, self.avg_logprob


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of a clip over its windows."""

    language_probability: float
    avg_logprob: float
    compression: float


def over_windows(hypotheses: Sequence[Hypothesis], frames: Sequence[int], language_probability: float) -> Quality:
    """Returns the mean log probability, weighted by the length of the windows, and the highest compression ratio."""
    mean = sum(each.avg_logprob * length for each, length in zip(hypotheses, frames, strict=True)) / sum(frames)
    return Quality(language_probability, mean, max(each.compression for each in hypotheses))


def confidence(quality: Quality) -> float:
    """Returns a number in [0, 1]: language_probability x exp(avg_logprob) x min(1, 2.4 / compression)^2.

    exp(avg_logprob) is the geometric mean of the token probabilities in the chosen language. Clear speech gives 0.6 to
    0.9. A wrong language, detected with 0.74 and decoded with -1.44, gives 0.18. The last factor lowers the confidence
    of text that repeats itself, whose token probabilities are high.
    """
    likely = math.exp(min(0.0, quality.avg_logprob))
    repeats = min(1.0, COMPRESSION_MAX / max(quality.compression, 1e-9)) ** 2
    return max(0.0, min(1.0, quality.language_probability * likely * repeats))


def doubt(quality: Quality, translations: Sequence[Hypothesis], doubt_below: float) -> str:
    """Returns one sentence that says why the transcript may be wrong; empty without a reason."""
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
