"""What one tenant may ask for: calls a second, and streams at a time, counted in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta

from kit.errors import Exhausted
from kit.metrics import QUOTA_REFUSALS
from kit.settings import Reader

TENANTS_MAX = 50_000
STREAM_RETRY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """What each tenant may ask of this process."""

    reads_per_s: float = 5_000.0
    """Calls a second that read, for long; 0 sets no limit."""
    reads_burst: int = 10_000
    """Such calls at once."""
    writes_per_s: float = 5_000.0
    """Calls, and messages of streams, a second that write, for long; 0 sets no limit."""
    writes_burst: int = 10_000
    """Such calls at once."""
    streams: int = 2_000
    """Streams that are open at a time; 0 sets no limit."""

    @classmethod
    def read(cls, reader: Reader) -> QuotaSettings:
        """Reads QUOTA_*."""
        most = 10_000_000
        return cls(
            reads_per_s=reader.number("QUOTA_READS_PER_SECOND", 5_000, 0, most),
            reads_burst=reader.integer("QUOTA_READS_BURST", 10_000, 1, most),
            writes_per_s=reader.number("QUOTA_WRITES_PER_SECOND", 5_000, 0, most),
            writes_burst=reader.integer("QUOTA_WRITES_BURST", 10_000, 1, most),
            streams=reader.integer("QUOTA_STREAMS", 2_000, 0, most),
        )


class Quota:
    """One kind of call: a bucket for each tenant, filled at the pace and emptied by calls."""

    def __init__(self, kind: str, per_s: float, burst: int) -> None:
        self._kind, self._per_s, self._burst = kind, per_s, burst
        self._gap = 1 / per_s if per_s else 0.0
        self._slack = (burst + 0.001) * self._gap  # sums of gaps are not exact
        self._full_at: OrderedDict[str, float] = OrderedDict()
        """When the tenant's bucket is full again."""

    def take(self, tenant: str) -> None:
        """Counts a call; raises Exhausted when the bucket is empty."""
        wait = self.wanting(tenant)
        if wait > 0:
            QUOTA_REFUSALS.labels(self._kind).inc()
            message = "The tenant asks for more than its quota."
            raise Exhausted(message, timedelta(seconds=max(wait, 0.001)), reason="QUOTA_EXCEEDED")

    def wanting(self, tenant: str) -> float:
        """Counts a call and returns 0; counts none and returns after how many seconds there is room for it."""
        if not self._gap:
            return 0.0
        now, full_at = time.monotonic(), self._full_at
        full = full_at.get(tenant)
        if full is None:
            if len(full_at) >= TENANTS_MAX:
                full_at.popitem(last=False)
            full_at[tenant] = now + self._gap
            return 0.0
        if full < now:
            full_at.move_to_end(tenant)
            full = now
        full += self._gap
        if full - now > self._slack:
            return full - now - self._slack
        full_at[tenant] = full
        return 0.0


class Streams:
    """Streams that are open, by tenant."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[str, int] = {}

    def enter(self, tenant: str) -> None:
        """Counts a stream until `leave`; raises Exhausted when too many are open."""
        held = self._open.get(tenant, 0)
        if self._most and held >= self._most:
            QUOTA_REFUSALS.labels("streams").inc()
            message = "The tenant has more streams open than its quota."
            raise Exhausted(message, STREAM_RETRY, reason="QUOTA_EXCEEDED")
        self._open[tenant] = held + 1

    def leave(self, tenant: str) -> None:
        """Counts a stream no longer."""
        left = self._open[tenant] - 1
        if left:
            self._open[tenant] = left
        else:
            del self._open[tenant]


class Quotas:
    """All that is counted for a server."""

    def __init__(self, settings: QuotaSettings) -> None:
        self.reads = Quota("reads", settings.reads_per_s, settings.reads_burst)
        self.writes = Quota("writes", settings.writes_per_s, settings.writes_burst)
        self.streams = Streams(settings.streams)

    def of(self, *, is_write: bool) -> Quota:
        """Returns the quota that calls of a method count against, by the access rule of the method."""
        return self.writes if is_write else self.reads
