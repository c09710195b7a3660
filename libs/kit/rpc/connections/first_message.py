"""Reads the first message of a call within a time limit.

One task per server checks all waiting calls periodically. A timer per call would cost more than the rest of a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from grpc.aio import EOF

from kit.errors import DeadlineExceeded, Invalid

CHECKS_PER_WAIT = 4
"""Checks within the time limit. A call may wait longer than the limit by the time between two checks."""


class FirstMessages:
    """The calls whose first message has not arrived."""

    def __init__(self, wait_max: timedelta) -> None:
        """Takes the time that a call may wait."""
        self._wait_max_s = wait_max.total_seconds()
        self._since_s: dict[asyncio.Task[Any], float] = {}
        self._expired: set[asyncio.Task[Any]] = set()

    @property
    def waiting(self) -> int:
        """Number of calls that wait."""
        return len(self._since_s)

    async def read(self, context: Any) -> Any:
        """Returns the first message; raises DeadlineExceeded (MESSAGE_TIMEOUT), or Invalid if the call has none."""
        task: Any = asyncio.current_task()
        self._since_s[task] = time.monotonic()
        try:
            message = await context.read()
        except asyncio.CancelledError:
            if task not in self._expired or task.uncancel():
                raise
            why = f"The request message did not arrive within {self._wait_max_s:g} s. Send it with the call."
            raise DeadlineExceeded(why, reason="MESSAGE_TIMEOUT") from None
        finally:
            del self._since_s[task]
            self._expired.discard(task)
        if message is EOF:
            raise Invalid.field("request", "is missing: the call ended without a message", reason="MALFORMED")
        return message

    def expire(self, now_s: float) -> None:
        """Ends the calls that began to wait more than the limit before `now_s` (monotonic, in seconds)."""
        for task, since_s in list(self._since_s.items()):
            if now_s - since_s < self._wait_max_s:
                break  # later ones began later
            if task not in self._expired:
                self._expired.add(task)
                task.cancel()

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Ends calls that wait too long, until the block ends."""
        watcher = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._wait_max_s / CHECKS_PER_WAIT))
            self.expire(time.monotonic())
