"""Clips of 2 to 8 s, cut from recorded speech at its pauses, with their texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from tests.voice.fixtures.sounds import RECORDINGS
from voice.engine.audio import RATE, Clip, Samples, decode

JFK = (
    "and so my fellow americans",
    "ask not",
    "what your country can do for you",
    "ask what you can do for your country",
)
"""Texts between the pauses of jfk.flac."""
COPIES = 3
"""Copies of each clip. Each copy has its own noise."""
SECONDS_MIN, SECONDS_MAX = 2.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A clip and its text."""

    clip: Clip
    words: str
    """The text; empty if it is not known."""

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.clip.duration_s


def clips() -> list[Spoken]:
    """Returns all clips, with mixed languages. Returns an empty list if the recordings are missing."""
    if not RECORDINGS.is_dir():
        return []
    whole = {
        name: decode((RECORDINGS / name).read_bytes()) for name in ("jfk.flac", "sr_english.wav", "sr_french.aiff")
    }
    jfk = whole.pop("jfk.flac")
    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=150)
    spans = get_speech_timestamps(jfk.samples, options)
    if len(spans) != len(JFK):
        raise RuntimeError(f"jfk.flac has {len(spans)} parts between pauses, expected {len(JFK)}")
    cut = [
        (jfk.samples[spans[first]["start"] : spans[last]["end"]], " ".join(JFK[first : last + 1]))
        for first in range(len(JFK))
        for last in range(first, len(JFK))
    ]
    cut = [(samples, words) for samples, words in cut if SECONDS_MIN <= len(samples) / RATE <= SECONDS_MAX]
    cut += [(clip.samples, "") for clip in whole.values()]
    made = [(noisy(samples, copy), words) for copy in range(COPIES) for samples, words in cut]
    return [Spoken(Clip(samples, len(samples) / RATE, jfk.format), words) for samples, words in made]


def noisy(samples: Samples, copy: int) -> Samples:
    """Returns the samples with noise far below the speech level. The first copy has none."""
    hiss = np.random.default_rng(copy).normal(0, 0.002 * copy, len(samples))
    return (samples + hiss).astype(np.float32)
