"""Cuts what was said into windows of at most 30 seconds, where cutting hurts least."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from voice.engine.audio import RATE, Samples
from voice.engine.vad import Span

WINDOW_SAMPLES = 30 * RATE
EARLIEST_SHARE = 0.5
"""A cut is looked for in the later half of a window: shorter ones would waste padding."""
ROOM_SAMPLES = RATE // 2
"""Kept before the first word and after the last; a clip cut tighter loses words."""
QUIET_SAMPLES = RATE // 5
"""Width of the quietest place that is looked for where nobody pauses."""


def windows(samples: Samples, spans: Sequence[Span]) -> list[Span]:
    """Returns windows that hold all speech, in order; silence before, after and in wide pauses is left out.

    A window ends in the last pause of its later half, or in the quietest fifth of a second of it when there is none.
    """
    if not spans:
        return []
    start, end = max(0, spans[0].start - ROOM_SAMPLES), min(len(samples), spans[-1].end + ROOM_SAMPLES)
    found = list[Span]()
    while end - start > WINDOW_SAMPLES:
        earliest, latest = start + int(WINDOW_SAMPLES * EARLIEST_SHARE), start + WINDOW_SAMPLES
        pauses = [
            (before.end, after.start)
            for before, after in pairwise(spans)
            if before.end <= latest and after.start >= earliest
        ]
        if pauses:
            cut, begin = pauses[-1]
        else:
            cut = begin = _quietest(samples, earliest, latest)
        found.append(Span(start, cut))
        start = begin
    found.append(Span(start, end))
    return found


def _quietest(samples: Samples, earliest: int, latest: int) -> int:
    """Returns the middle of the quietest stretch between two places."""
    energy = np.square(samples[earliest:latest], dtype=np.float64)
    sums = np.concatenate(([0.0], np.cumsum(energy)))
    widths = sums[QUIET_SAMPLES:] - sums[:-QUIET_SAMPLES]
    return earliest + int(np.argmin(widths)) + QUIET_SAMPLES // 2
