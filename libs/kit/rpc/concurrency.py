"""Limits of concurrent calls. A call beyond a limit is rejected immediately with a retry delay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kit.errors import Exhausted
from kit.rpc.status import abort, to_status
from kit.telemetry.metrics import Counter

REJECTED = Counter("radiant_rpc_shed_total", "Calls rejected because of the limit of concurrent calls.")

RETRY_AFTER = timedelta(seconds=1)


class CallLimit:
    """Limit of concurrent calls of one kind; 0 sets no limit."""

    def __init__(self, limit: int) -> None:
        self._limit, self._running = limit, 0
        self._rejection = to_status(_overloaded())

    @property
    def is_full(self) -> bool:
        """Whether a further call would be rejected."""
        return bool(self._limit) and self._running >= self._limit

    async def reject(self, context: Any) -> None:
        """Ends a call with OVERLOADED. It always raises."""
        REJECTED.inc()
        await abort(context, *self._rejection)

    def enter(self) -> None:
        """Counts a call until `leave`; raises Exhausted (OVERLOADED) when the limit is reached."""
        if self.is_full:
            REJECTED.inc()
            raise _overloaded()
        self._running += 1

    def leave(self) -> None:
        """Ends the count of a call that was entered."""
        self._running -= 1


class ConcurrencyLimits:
    """Counts unary calls and streams separately, so that idle streams do not block unary calls.

    A call is counted once its caller is authenticated and, if it has one request, its message has arrived.
    """

    def __init__(self, calls_max: int, streams_max: int) -> None:
        """Takes the maximum of concurrent unary calls and of streams; 0 sets no limit."""
        self.calls, self.streams = CallLimit(calls_max), CallLimit(streams_max)


def _overloaded() -> Exhausted:
    return Exhausted("The server is overloaded. Retry after the given delay.", RETRY_AFTER, reason="OVERLOADED")
