"""How fast one caller may ask: a token bucket each, in this process."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta


def caller_key(authorization: str, host: str) -> bytes:
    """Names a caller without keeping its token: a digest of the Authorization header, else of the host.

    Claims that nobody has verified do not count: by them, anybody could use up the pace of another.
    """
    return hashlib.sha256((f"token {authorization}" if authorization else f"host {host}").encode()).digest()


class Pace:
    """The buckets of all callers, the ones longest silent forgotten first."""

    def __init__(self, per_s: float, burst: int, callers_max: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes how fast a bucket fills, how much it holds and how many there may be; 0 a second sets no limit."""
        self._per_s, self._burst, self._callers_max, self._clock = per_s, float(burst), callers_max, clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, caller: bytes) -> timedelta | None:
        """Takes one request out of the caller's bucket; returns how long to wait when it is empty."""
        if not self._per_s:
            return None
        now = self._clock()
        left, since = self._buckets.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_s)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._callers_max:
            self._buckets.popitem(last=False)
        return None if allowed else timedelta(seconds=(1 - left) / self._per_s)
