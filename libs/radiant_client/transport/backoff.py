"""Growing pauses between attempts, each with a little chance in it."""

import asyncio
import random

_lots = random.SystemRandom()


def spread(seconds: float) -> float:
    """Adds up to a fifth by chance, so that many clients do not come back at once."""
    return seconds * (1.0 + 0.2 * _lots.random())


class Backoff:
    """Pauses that double from the first to the longest, each with a little chance in it."""

    def __init__(self, first: float = 0.1, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Begins again with the first pause, after something worked."""
        self._next = self._first

    def step(self) -> float:
        """Gives the next pause in seconds."""
        seconds, self._next = self._next, min(self._longest, 2 * self._next)
        return spread(seconds)

    async def pause(self) -> None:
        """Waits for the next pause."""
        await asyncio.sleep(self.step())
