"""The gate: is anybody speaking at all? Whisper invents words, and languages, for silence and noise.

The Silero detector that faster-whisper ships is loaded once a process and answers ten seconds in some 20 ms.
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
    """First sample."""
    end: int
    """The sample after the last."""

    def __len__(self) -> int:
        """Returns the number of samples."""
        return self.end - self.start


def speech(samples: Samples) -> list[Span]:
    """Returns where somebody speaks, in order, with some room at both ends; empty when nobody does."""
    if not len(samples):
        return []
    return [Span(int(each["start"]), int(each["end"])) for each in get_speech_timestamps(samples, OPTIONS)]
