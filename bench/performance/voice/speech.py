"""Clips of 2 to 8 seconds, cut from real speech at its pauses, and the words that were said in them."""

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
"""What was said between the pauses of jfk.flac."""
COPIES = 3
"""Each clip also comes with noise, so that no two are the same."""
SECONDS_MIN, SECONDS_MAX = 2.0, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A clip whose words may be known."""

    clip: Clip
    words: str
    """Empty where nobody wrote them down."""

    @property
    def seconds(self) -> float:
        """Length."""
        return self.clip.duration_s


def clips() -> list[Spoken]:
    """Returns all clips, those of several languages mixed; none when there are no recordings."""
    if not RECORDINGS.is_dir():
        return []
    whole = {
        name: decode((RECORDINGS / name).read_bytes()) for name in ("jfk.flac", "sr_english.wav", "sr_french.aiff")
    }
    jfk = whole.pop("jfk.flac")
    options = VadOptions(min_silence_duration_ms=300, speech_pad_ms=150)
    spans = get_speech_timestamps(jfk.samples, options)
    if len(spans) != len(JFK):
        raise RuntimeError(f"the pauses of jfk.flac are not where they were: {len(spans)} parts")
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
    """Adds noise far below the speech, none to the first copy."""
    hiss = np.random.default_rng(copy).normal(0, 0.002 * copy, len(samples))
    return (samples + hiss).astype(np.float32)
