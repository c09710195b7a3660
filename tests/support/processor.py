"""Limits on CPU time that hold on machines of different speed."""

import json
import time

REFERENCE_S = 0.016
"""CPU time of the reference work on the core for which the limits were measured."""
NOISE = 1.25
"""Factor by which the CPU time of the same work differs on a machine that other processes share."""


def cpu_s_max(limit_s: float) -> float:
    """Returns the limit for this core: the limit for the reference core, longer if this core is slower at present."""
    return limit_s * NOISE * max(1.0, _reference_s() / REFERENCE_S)


def _reference_s() -> float:
    """Returns the CPU time of the reference work in seconds, the lowest of five runs."""
    text = json.dumps([{"name": str(number), "values": [number] * 5} for number in range(20_000)])
    lowest = float("inf")
    for _ in range(5):
        begun = time.thread_time()
        sorted(json.loads(text), key=lambda each: str(each["name"]))
        json.dumps(text)
        lowest = min(lowest, time.thread_time() - begun)
    return lowest
