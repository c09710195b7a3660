"""Growing pauses between attempts to reconnect."""

import asyncio

from radiant_client.calls import spread


class Backoff:
    """Pauses that double from the first to the longest, each with a little chance in it."""

    def __init__(self, first: float = 0.1, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Begins again with the first pause, after something worked."""
        self._next = self._first

    async def pause(self) -> None:
        """Waits for the next pause."""
        seconds, self._next = self._next, min(self._longest, 2 * self._next)
        await asyncio.sleep(spread(seconds))
