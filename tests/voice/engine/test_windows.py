"""Windows of at most 30 seconds: cut in pauses or in the quietest part."""

from __future__ import annotations

from tests.voice.fixtures.sounds import noise, silence
from voice.engine.audio import RATE
from voice.engine.vad import Span
from voice.engine.windows import WINDOW_SAMPLES, windows


def test_windows_of_short_clip_are_one_window_without_surrounding_silence() -> None:
    assert windows(silence(20), [Span(RATE, 3 * RATE), Span(9 * RATE, 12 * RATE)]) == [
        Span(RATE // 2, 12 * RATE + RATE // 2)
    ]
    assert windows(silence(20), []) == []


def test_windows_of_long_clip_end_in_last_pause() -> None:
    spans = [Span(start * RATE, (start + 9) * RATE) for start in range(0, 90, 10)]
    cut = windows(noise(90), spans)
    assert [(each.start // RATE, each.end // RATE) for each in cut] == [(0, 29), (30, 59), (60, 89)]


def test_windows_leave_out_long_pause() -> None:
    spans = [Span(0, 5 * RATE), Span(200 * RATE, 205 * RATE)]
    assert windows(silence(205), spans) == spans


def test_windows_without_pause_end_in_quietest_part() -> None:
    samples = noise(70)
    samples[24 * RATE : 24 * RATE + RATE // 2] = 0
    cut = windows(samples, [Span(0, 70 * RATE)])
    assert 24 * RATE < cut[0].end == cut[1].start < 24.5 * RATE
    assert cut[-1].end == 70 * RATE
    assert all(0 < len(each) <= WINDOW_SAMPLES for each in cut)
