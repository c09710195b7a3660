"""Ends an open stream when the caller's authentication expires."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from kit.errors import Unauthenticated

T = TypeVar("T")

LAST_ANSWERS = timedelta(seconds=30)
"""Time after the expiry for the answers to requests that were received before it."""


class Expiry:
    """The end of the authentication of one stream."""

    def __init__(self, expires_at_s: float) -> None:
        """Takes the end in seconds since the epoch; infinity for none."""
        self._expires_at_s = expires_at_s
        self._waiting: set[asyncio.Task[Any]] = set()
        self.has_passed = False

    @contextlib.contextmanager
    def watched(self, *, extra: timedelta = timedelta()) -> Iterator[None]:
        """Ends waits at the expiry plus the extra time, until the block ends."""
        if math.isinf(self._expires_at_s):
            yield
            return
        remaining_s = max(0.0, self._expires_at_s - time.time()) + extra.total_seconds()
        timer = asyncio.get_running_loop().call_later(remaining_s, self._expire)
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self.has_passed = True
        for task in self._waiting:
            task.cancel()

    async def next(self, items: AsyncIterator[T]) -> T | None:
        """Returns the next item, or None after the last; raises Unauthenticated (TOKEN_EXPIRED) after the expiry."""
        self.check()
        task: Any = asyncio.current_task()
        self._waiting.add(task)
        try:
            return await anext(items, None)
        except asyncio.CancelledError:
            if not self.has_passed or task.uncancel():
                raise
            raise expired() from None
        finally:
            self._waiting.discard(task)

    def check(self) -> None:
        """Raises Unauthenticated (TOKEN_EXPIRED) after the expiry."""
        if self.has_passed:
            raise expired()


def expired() -> Unauthenticated:
    """Returns the error of a stream whose token expired."""
    return Unauthenticated(
        "The token has expired while the stream was open. Open a stream with a new one.", reason="TOKEN_EXPIRED"
    )
