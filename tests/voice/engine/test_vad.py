"""Voice activity detection: speech is found, silence and noise are not."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.voice.fixtures.sounds import noise, silence, sine
from voice.engine.audio import RATE, Clip, Samples
from voice.engine.vad import speech_spans


@pytest.mark.parametrize("samples", [silence(10), noise(10), noise(10, 0.01), noise(10, 0.5), sine(10)])
def test_speech_spans_of_silence_noise_or_tone_are_empty_within_half_a_second(samples: Samples) -> None:
    speech_spans(silence(0.1))  # loads the model
    started = time.perf_counter()
    assert speech_spans(samples) == []
    assert time.perf_counter() - started < 0.5


def test_speech_spans_of_empty_clip_are_empty() -> None:
    assert speech_spans(silence(0)) == []


def test_speech_spans_of_speech_between_silence_cover_the_speech(jfk: Clip) -> None:
    spans = speech_spans(np.concatenate([silence(5), jfk.samples, silence(5)]))
    assert 4 * RATE < spans[0].start < 6 * RATE
    assert 15 * RATE < spans[-1].end < 16.5 * RATE
