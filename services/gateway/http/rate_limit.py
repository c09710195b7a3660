"""Rate limit of each caller: token buckets in the memory of the process."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta


def caller_key(authorization: str, host: str) -> bytes:
    """Returns a digest that identifies a caller: of the Authorization header, or of the host if there is none.

    Claims of the token are not used, because they are not verified here: with a forged token, one caller could
    exhaust the limit of another.
    """
    return hashlib.sha256((f"token {authorization}" if authorization else f"host {host}").encode()).digest()


class RateLimiter:
    """A token bucket for each caller. The least recently active caller is removed first."""

    def __init__(
        self, requests_per_s: float, burst: int, callers_max: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Each bucket holds `burst` requests and refills at `requests_per_s`; a rate of 0 disables the limit."""
        self.requests_per_s = requests_per_s
        self._burst, self._callers_max, self._clock = float(burst), callers_max, clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def acquire(self, caller: bytes) -> timedelta | None:
        """Takes one request from the caller's bucket; returns the time to wait if the bucket is empty, else None."""
        if not self.requests_per_s:
            return None
        now = self._clock()
        tokens, updated = self._buckets.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - updated) * self.requests_per_s)
        is_allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if is_allowed else tokens, now)
        if len(self._buckets) > self._callers_max:
            self._buckets.popitem(last=False)
        return None if is_allowed else timedelta(seconds=(1 - tokens) / self.requests_per_s)
