"""Cuts clips into windows of at most 30 seconds, the input length of Whisper."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from voice.engine.audio import RATE, Samples
from voice.engine.vad import Span

WINDOW_SAMPLES = 30 * RATE
EARLIEST_SHARE = 0.5
"""A cut lies in the second half of a window: shorter windows would consist mostly of padding."""
MARGIN_SAMPLES = RATE // 2
"""Audio that is kept before the first and after the last speech span; a smaller margin loses words."""
QUIET_SAMPLES = RATE // 5
"""Length of the stretch whose energy is compared when there is no pause."""


def windows(samples: Samples, spans: Sequence[Span]) -> list[Span]:
    """Returns windows that contain all speech, in order. Silence before, after and in long pauses is left out.

    A window ends in the last pause of its second half, or else in the quietest 0.2 s of that half.
    """
    return pieces(samples, spans, WINDOW_SAMPLES)


def pieces(samples: Samples, spans: Sequence[Span], samples_max: int) -> list[Span]:
    """Returns windows of at most `samples_max`; see `windows`."""
    if not spans:
        return []
    start, end = max(0, spans[0].start - MARGIN_SAMPLES), min(len(samples), spans[-1].end + MARGIN_SAMPLES)
    found = list[Span]()
    while end - start > samples_max:
        earliest, latest = start + int(samples_max * EARLIEST_SHARE), start + samples_max
        pauses = [
            (before.end, after.start)
            for before, after in pairwise(spans)
            if before.end <= latest and after.start >= earliest
        ]
        if pauses:
            cut, following = pauses[-1]
        else:
            cut = following = _quietest(samples, earliest, latest)
        found.append(Span(start, cut))
        start = following
    found.append(Span(start, end))
    return found


def _quietest(samples: Samples, earliest: int, latest: int) -> int:
    """Returns the middle of the 0.2 s with the least energy between two sample indices."""
    energy = np.square(samples[earliest:latest], dtype=np.float64)
    sums = np.concatenate(([0.0], np.cumsum(energy)))
    widths = sums[QUIET_SAMPLES:] - sums[:-QUIET_SAMPLES]
    return earliest + int(np.argmin(widths)) + QUIET_SAMPLES // 2
