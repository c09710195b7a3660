"""Silence and noise do not pass the gate; speech does; long speech is cut in its pauses."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.voice.engine.sounds import noise, silence, sine
from voice.engine.audio import RATE, Clip, Samples
from voice.engine.vad import Span, speech
from voice.engine.windows import WINDOW_SAMPLES, windows


@pytest.mark.parametrize("sound", [silence(10), noise(10), noise(10, 0.01), noise(10, 0.5), sine(10)])
def test_nobody_speaks_in_silence_noise_and_tones(sound: Samples) -> None:
    speech(silence(0.1))
    begun = time.perf_counter()
    assert speech(sound) == []
    assert time.perf_counter() - begun < 0.5


def test_nothing_at_all_is_no_speech() -> None:
    assert speech(silence(0)) == []


def test_speech_is_found_where_it_is(jfk: Clip) -> None:
    spans = speech(np.concatenate([silence(5), jfk.samples, silence(5)]))
    assert 4 * RATE < spans[0].start < 6 * RATE
    assert 15 * RATE < spans[-1].end < 16.5 * RATE


def test_a_short_clip_is_one_window_without_the_silence_around_it() -> None:
    assert windows(silence(20), [Span(RATE, 3 * RATE), Span(9 * RATE, 12 * RATE)]) == [
        Span(RATE // 2, 12 * RATE + RATE // 2)
    ]
    assert windows(silence(20), []) == []


def test_a_long_clip_is_cut_in_the_last_pause_of_a_window() -> None:
    spans = [Span(start * RATE, (start + 9) * RATE) for start in range(0, 90, 10)]
    cut = windows(noise(90), spans)
    assert [(each.start // RATE, each.end // RATE) for each in cut] == [(0, 29), (30, 59), (60, 89)]


def test_a_wide_pause_is_left_out() -> None:
    spans = [Span(0, 5 * RATE), Span(200 * RATE, 205 * RATE)]
    assert windows(silence(205), spans) == spans


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    sound = noise(70)
    sound[24 * RATE : 24 * RATE + RATE // 2] = 0
    cut = windows(sound, [Span(0, 70 * RATE)])
    assert 24 * RATE < cut[0].end == cut[1].start < 24.5 * RATE
    assert cut[-1].end == 70 * RATE
    assert all(0 < len(each) <= WINDOW_SAMPLES for each in cut)
