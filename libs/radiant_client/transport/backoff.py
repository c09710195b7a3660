"""Exponential backoff with jitter."""

import asyncio
import random

JITTER_MAX = 0.2
"""Largest jitter, as a share of the pause."""
_random = random.SystemRandom()


def with_jitter(seconds: float) -> float:
    """Returns the pause plus a random part of up to 20 %, so that many clients do not retry at the same time."""
    return seconds * (1.0 + JITTER_MAX * _random.random())


class Backoff:
    """Pauses that double from `first` up to `longest` seconds, each with jitter."""

    def __init__(self, first: float = 0.1, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Starts again with the first pause. Call it after a success."""
        self._next = self._first

    def next_pause(self) -> float:
        """Returns the next pause in seconds."""
        seconds, self._next = self._next, min(self._longest, 2 * self._next)
        return with_jitter(seconds)

    async def pause(self) -> None:
        """Sleeps for the next pause."""
        await asyncio.sleep(self.next_pause())
