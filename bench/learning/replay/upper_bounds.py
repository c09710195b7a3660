"""Upper bounds on held-out quality: choices in hindsight, with the true qualities known."""

from __future__ import annotations

import numpy as np

from bench.learning.replay.streams import Streams
from bench.learning.tables import Numbers

SINGLE, PER_TASK, ORACLE = "best single (hindsight_bounds)", "per-task best (hindsight_bounds)", "oracle"


def hindsight_bounds(streams: Streams) -> dict[str, Numbers]:
    """Returns the held-out quality by seed of the best model, the best model per task and the best model per prompt.

    The first two are chosen by the true quality of all streamed prompts, the last by that of the held-out prompts.
    """
    every = (streams.share[:, :, None] * streams.held).sum(1)
    single = np.take_along_axis(every, streams.streamed_all.argmax(-1)[:, None], -1)[:, 0]
    # A task without streamed prompts gets the best single model.
    known = np.where(
        np.ptp(streams.streamed, axis=-1, keepdims=True) > 0, streams.streamed, streams.streamed_all[:, None]
    )
    chosen = np.take_along_axis(streams.held, known.argmax(-1)[..., None], -1)[..., 0]
    return {SINGLE: single, PER_TASK: (streams.share * chosen).sum(1), ORACLE: streams.ceiling}
