"""Quotas of a tenant: calls per second and open streams, counted in this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from kit.errors import Exhausted
from kit.rate_limit import RateLimiter
from kit.settings.declaration import Setting
from kit.telemetry.metrics import QUOTA_REFUSALS

TENANTS_MAX = 50_000
RATE_MAX = 10_000_000
STREAM_RETRY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """Limits of each tenant in this process."""

    reads_per_s: Annotated[float, Setting("QUOTA_READS_PER_SECOND", 0, RATE_MAX, "calls per second")] = 5_000.0
    """Sustained rate of calls that read; 0 sets no limit."""
    reads_burst: Annotated[int, Setting("QUOTA_READS_BURST", 1, RATE_MAX, "calls")] = 10_000
    """Calls that read that may arrive at once."""
    writes_per_s: Annotated[float, Setting("QUOTA_WRITES_PER_SECOND", 0, RATE_MAX, "calls per second")] = 5_000.0
    """Sustained rate of calls that write; a message of a stream counts as a call. 0 sets no limit."""
    writes_burst: Annotated[int, Setting("QUOTA_WRITES_BURST", 1, RATE_MAX, "calls")] = 10_000
    """Calls that write that may arrive at once."""
    streams: Annotated[int, Setting("QUOTA_STREAMS", 0, RATE_MAX, "streams")] = 2_000
    """Streams that may be open at the same time; 0 sets no limit."""
    pending_calls: Annotated[int, Setting("QUOTA_PENDING_CALLS", 0, RATE_MAX, "calls")] = 500
    """Unary calls at the same time whose request message has not arrived; 0 sets no limit."""


class Quota:
    """Rate limit of one kind of call, per tenant."""

    def __init__(self, kind: str, per_s: float, burst: int, limiter: RateLimiter[str] | None = None) -> None:
        """Takes the kind as the metric names it, the sustained rate and the calls that may arrive at once."""
        self._kind = kind
        self.wait_s = (limiter or RateLimiter(per_s, burst, TENANTS_MAX)).wait_s
        """Counts a call of the tenant and returns 0; over the quota, returns the seconds to wait."""

    def take(self, tenant: str) -> None:
        """Counts a call; raises Exhausted (QUOTA_EXCEEDED) with the time to wait when the quota is used up."""
        wait = self.wait_s(tenant)
        if wait > 0:
            QUOTA_REFUSALS.labels(self._kind).inc()
            message = f"The tenant exceeds its quota of {self._kind} per second. Retry after the given delay."
            raise Exhausted(message, timedelta(seconds=max(wait, 0.001)), reason="QUOTA_EXCEEDED")


class OpenCalls:
    """Number of calls of one kind that are open, per tenant."""

    def __init__(self, open_max: int, kind: str = "streams") -> None:
        """Takes the limit, 0 for none, and the kind as messages and the metric name it."""
        self._max, self._kind = open_max, kind
        self._open: dict[str, int] = {}

    def enter(self, tenant: str) -> None:
        """Counts a call until `leave`; raises Exhausted (QUOTA_EXCEEDED) when the limit is reached."""
        held = self._open.get(tenant, 0)
        if self._max and held >= self._max:
            QUOTA_REFUSALS.labels(self._kind).inc()
            message = f"The tenant has {self._max} {self._kind} open, which is its quota. Close one, or retry later."
            raise Exhausted(message, STREAM_RETRY, reason="QUOTA_EXCEEDED")
        self._open[tenant] = held + 1

    def leave(self, tenant: str) -> None:
        """Ends the count of a call that was entered."""
        left = self._open[tenant] - 1
        if left:
            self._open[tenant] = left
        else:
            del self._open[tenant]


class Quotas:
    """Quotas of one server."""

    def __init__(self, settings: QuotaSettings) -> None:
        self.reads = Quota("reads", settings.reads_per_s, settings.reads_burst)
        self.writes = Quota("writes", settings.writes_per_s, settings.writes_burst)
        self.streams = OpenCalls(settings.streams)
        self.pending_calls = OpenCalls(settings.pending_calls, "calls without a message")

    def of(self, *, is_write: bool) -> Quota:
        """Returns the quota that calls of a method count against, by the access rule of the method."""
        return self.writes if is_write else self.reads
