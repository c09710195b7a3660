"""Interfaces of the service to speech recognition and to the store of recordings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from voice.domain.transcript import Transcript


class Transcriber(Protocol):
    """Transcribes recordings."""

    async def transcribe(self, data: bytes, *, language: str = "", translate: bool = True) -> Transcript:
        """Returns the transcript of a whole audio file; an empty language is detected.

        Raises AudioRejected for a file that cannot be decoded, Exhausted when the queue is full, and Unavailable while
        the service stops. A retry may succeed after any other error.
        """
        ...


class Recordings(Protocol):
    """Store of recordings, which ingest writes; see kit.objects.ObjectStore."""

    def stream(self, key: str) -> AsyncIterator[bytes]:
        """Yields a recording in parts of any size. Raises NotFound, Unavailable, and ValueError for a malformed key."""
        ...

    async def delete(self, key: str) -> None:
        """Deletes a recording; does nothing when it does not exist."""
        ...
