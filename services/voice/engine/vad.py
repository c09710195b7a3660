"""Voice activity detection. Whisper produces text even for silence and noise, so clips without speech stop here.

Uses the Silero model of faster-whisper, which is loaded once per process and needs about 20 ms for ten seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from faster_whisper.vad import VadOptions, get_speech_timestamps

from voice.engine.audio import Samples

OPTIONS = VadOptions(threshold=0.5, min_speech_duration_ms=100, min_silence_duration_ms=400, speech_pad_ms=200)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a clip."""

    start: int
    """Index of the first sample."""
    end: int
    """Index after the last sample."""

    def __len__(self) -> int:
        """Returns the number of samples."""
        return self.end - self.start


def speech_spans(samples: Samples) -> list[Span]:
    """Returns the parts with speech in order, padded by 200 ms on both sides; empty when there is no speech."""
    if not len(samples):
        return []
    return [Span(int(each["start"]), int(each["end"])) for each in get_speech_timestamps(samples, OPTIONS)]
