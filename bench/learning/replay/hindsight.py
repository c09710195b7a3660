"""What is possible: policies that know the true quality of what was streamed, or even of what was not."""

from __future__ import annotations

import numpy as np

from bench.learning.replay.streams import Streams
from bench.learning.tables import Numbers

SINGLE, PER_TASK, ORACLE = "best single (hindsight)", "per-task best (hindsight)", "oracle"


def hindsight(streams: Streams) -> dict[str, Numbers]:
    """Returns the held-out quality by seed: of the best model, the best of each task, and the best of each prompt.

    The first two are chosen by the true quality of all streamed prompts, the last by that of the held-out ones.
    """
    every = (streams.share[:, :, None] * streams.held).sum(1)
    single = np.take_along_axis(every, streams.streamed_all.argmax(-1)[:, None], -1)[:, 0]
    # A task without streamed prompts has the best single model.
    known = np.where(
        np.ptp(streams.streamed, axis=-1, keepdims=True) > 0, streams.streamed, streams.streamed_all[:, None]
    )
    chosen = np.take_along_axis(streams.held, known.argmax(-1)[..., None], -1)[..., 0]
    return {SINGLE: single, PER_TASK: (streams.share * chosen).sum(1), ORACLE: streams.ceiling}
