"""Mono mixes of recordings with several channels, of which some cancel one another."""

from __future__ import annotations

import numpy as np
import pytest

from tests.voice.fixtures.sounds import Sound, noise, silence, sine, wav_of
from voice.engine.audio import Clip, decode
from voice.engine.vad import speech_spans

TONE = sine(2.0)


def mixed(*channels: Sound) -> Sound:
    """Returns the mono mix of a WAV file with these channels."""
    body = (np.stack(channels, axis=1) * 32767).astype("<i2").tobytes()
    return decode(wav_of(body, channels=len(channels))).samples


def loudness(samples: Sound) -> float:
    """Returns the root mean square."""
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.parametrize("share", [1.0, 0.9, 0.6])
def test_decode_stereo_out_of_phase_returns_one_channel(share: float) -> None:
    for channels in ((TONE, -share * TONE), (-share * TONE, TONE)):
        samples = mixed(*channels)
        assert share - 0.01 < loudness(samples) / loudness(TONE) < 1.01
        assert abs(np.corrcoef(samples, TONE)[0, 1]) > 0.999


def test_decode_stereo_out_of_phase_with_offset_returns_louder_channel() -> None:
    assert loudness(mixed(TONE + 0.3, 0.3 - TONE) - 0.3) > 0.9 * loudness(TONE)


def test_decode_stereo_out_of_phase_in_one_part_keeps_both_parts() -> None:
    samples = mixed(np.tile(TONE, 2), np.concatenate([TONE, -TONE]))
    assert min(loudness(samples[:30_000]), loudness(samples[34_000:])) > 0.95 * loudness(TONE)


def test_decode_stereo_with_cancellation_takes_one_channel_without_jumps() -> None:
    for channels in ((TONE, -TONE), (TONE, noise(2.0, 0.001) - TONE)):
        assert np.abs(np.diff(mixed(*channels))).max() < 0.06  # the steepest step of the tone is 0.052


def test_decode_six_channels_that_cancel_in_pairs_returns_speech() -> None:
    quiet = silence(2.0)
    assert loudness(mixed(TONE, -TONE, quiet, quiet, quiet, quiet)) > 0.9 * loudness(TONE)


def test_decode_stereo_in_phase_or_with_different_sources_returns_mean() -> None:
    for other in (TONE, silence(2.0), noise(2.0), sine(2.0, 300)):
        assert np.abs(mixed(TONE, other) - (TONE + other) / 2).max() < 1e-3


def test_decode_loud_stereo_is_not_clipped() -> None:
    loud = 3.2 * TONE
    assert np.abs(mixed(loud, loud) - loud).max() < 1e-3


def test_decode_speech_out_of_phase_is_detected_as_speech(jfk: Clip) -> None:
    samples = mixed(jfk.samples, -jfk.samples)
    spans, known = speech_spans(samples), speech_spans(jfk.samples)
    assert [each.start for each in spans] == pytest.approx([each.start for each in known], abs=1600)
