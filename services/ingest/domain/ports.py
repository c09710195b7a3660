"""What intake needs of the outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest.domain.model import Write
from kit.errors import RadiantError


class Store(Protocol):
    """Where writes become durable."""

    async def commit(self, writes: Sequence[Write]) -> Sequence[bytes | RadiantError]:
        """Stores the writes in one transaction and returns each one's answer, or why it was refused.

        A refused write leaves nothing. When it raises, nothing of the group was stored, or (after Unavailable)
        nobody knows, and the same writes may be committed again. Raises Conflict when another transaction was
        faster.
        """
        ...


class WakeUp(Protocol):
    """Tells the learner that there is work."""

    def work(self) -> None:
        """Returns at once; may be lost."""
        ...


class Languages(Protocol):
    """Recognises languages."""

    def detect(self, text: str) -> str:
        """Returns the ISO 639-1 code; empty when it is unknown."""
        ...
