"""What the service needs of the outside, and what passes between its rooms; nothing here needs the voice extra."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was said in a recording, and what it thinks of the answer."""

    no_speech: bool
    """Nobody said a word; then only `seconds` and `model` mean anything."""
    text: str = ""
    language: str = ""
    """ISO 639-1; empty where there is no such code."""
    language_probability: float = 0.0
    english: str = ""
    """Empty when there is no translation."""
    confidence: float = 0.0
    doubt: str = ""
    """Why not to rely on it; empty without a reason."""
    seconds: float = 0.0
    """Length of the recording."""
    model: str = ""
    sentiment: float = 0.0
    """In [-1, 1]."""
    rating: int = 0
    """-1, 0 or 1."""
    categories: tuple[str, ...] = ()
    """The likeliest first, by the names of the API."""


class Ears(Protocol):
    """Understands recordings."""

    async def understand(self, data: bytes, *, language: str = "", translate: bool = True) -> Understood:
        """Hears a whole file and reads what was said.

        Raises voice.engine.rejection.AudioRejected for what can never be heard, Exhausted when too much waits,
        Unavailable while stopping, and other errors for what may go better another time.
        """
        ...


class Recordings(Protocol):
    """Where intake keeps recordings; see kit.objects.ObjectStore."""

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """Gives a recording in parts of any size; raises NotFound and Unavailable, ValueError for what is no key."""
        ...

    async def delete(self, key: str) -> None:
        """Deletes a recording; one that is gone already is no error."""
        ...
