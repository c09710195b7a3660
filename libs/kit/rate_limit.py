"""Rate limits by key, counted in the memory of one process. See kit.redis.sliding_window for one over all processes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

BURST_TOLERANCE = 0.001
"""Share of one event by which a bucket may be overdrawn, because sums of intervals are not exact."""
ROUNDING_S = 1e-9
"""Waits up to this value count as 0, because clock readings are not exact."""


class RateLimiter(Generic[K]):
    """Token bucket per key, kept as one number per key (generic cell rate algorithm, ITU-T I.371).

    Keys beyond `keys_max` are removed, the least recently used first; a removed key has a full bucket.
    """

    def __init__(
        self, rate_per_s: float, burst: int, keys_max: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Takes the sustained rate (0 sets no limit), the events that may come at once, and a clock in seconds."""
        self._interval_s = 1 / rate_per_s if rate_per_s else 0.0
        self._slack_s = (burst + BURST_TOLERANCE) * self._interval_s
        self._keys_max, self._clock = keys_max, clock
        self._full_at: OrderedDict[K, float] = OrderedDict()

    @property
    def keys(self) -> int:
        """Number of stored keys."""
        return len(self._full_at)

    def wait_s(self, key: K) -> float:
        """Counts an event and returns 0; over the limit, counts none and returns the seconds until one is allowed."""
        if not self._interval_s:
            return 0.0
        now, full_at = self._clock(), self._full_at
        full = full_at.get(key)
        if full is None:
            full_at[key] = now + self._interval_s
            if len(full_at) > self._keys_max:
                full_at.popitem(last=False)
            return 0.0
        full_at.move_to_end(key)
        full = max(full, now) + self._interval_s
        excess_s = full - now - self._slack_s
        if excess_s > ROUNDING_S:
            return excess_s
        full_at[key] = full
        return 0.0
