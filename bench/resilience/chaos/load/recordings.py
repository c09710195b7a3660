"""Short recordings for voice comments: recorded speech where it exists, else tones."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SPEECH = Path(__file__).parents[5] / "shared" / "audio"
"""Folder with recorded speech; it may be missing."""
SPEECH_FILES = ("sr_english.wav", "sr_french.aiff")
TONE_SECONDS, TONE_HZ = 1.5, (220.0, 330.0, 440.0)
MARK_SAMPLES = 64
"""Samples at the end that differ in each recording, so that stored audio can be told apart."""

Samples = NDArray[np.int16]


def originals() -> list[Samples]:
    """Returns the samples of all recordings, mono at 16 kHz. Requires the voice extra for recorded speech."""
    paths = [SPEECH / name for name in SPEECH_FILES]
    if not all(path.is_file() for path in paths):
        return [_tone(frequency) for frequency in TONE_HZ]
    from voice.engine.audio import decode  # imports the voice extra

    return [(decode(path.read_bytes()).samples * 32767).astype(np.int16) for path in paths]


def has_speech() -> bool:
    """Returns whether recorded speech exists on this machine."""
    return all((SPEECH / name).is_file() for name in SPEECH_FILES)


def marked_wav(samples: Samples, number: int) -> bytes:
    """Returns the samples as a WAV file. Faint noise at the end depends on the number."""
    marked = samples.copy()
    marked[-MARK_SAMPLES:] = np.random.default_rng(number).integers(-8, 9, MARK_SAMPLES)
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(marked.tobytes())
    return sink.getvalue()


def _tone(frequency_hz: float) -> Samples:
    times = np.arange(int(TONE_SECONDS * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)
