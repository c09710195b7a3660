"""Interfaces that ingest needs and that have more than one implementation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from ingest.domain.model import Recording, Write
from kit.errors import RadiantError


class WriteStore(Protocol):
    """Durable storage of writes."""

    async def commit(self, writes: Sequence[Write]) -> Sequence[bytes | RadiantError]:
        """Stores the writes in one transaction and returns for each its response, serialized, or its error.

        A write with an error leaves no rows. If the call raises, none of the writes is stored; after Unavailable
        the result of the transaction is unknown, and the same writes may be committed again. Raises Conflict if a
        concurrent transaction changed the same rows.
        """
        ...


class LearnerNotifier(Protocol):
    """Notifies the learner of new rows in its queue."""

    def notify(self) -> None:
        """Schedules a notification and returns at once. Best effort: the learner also polls the queue."""
        ...


class VoiceJobNotifier(Protocol):
    """Notifies the voice workers of new recordings."""

    def notify(self, tenant: str, recording: Recording) -> None:
        """Schedules a notification and returns at once. Best effort: the workers also poll the table."""
        ...


class UserRateLimit(Protocol):
    """Limits the explicit feedback that a user submits per hour."""

    def reservation(
        self, tenant: str, request_id: UUID, counts: Mapping[str, int]
    ) -> AbstractAsyncContextManager[None]:
        """Counts a request's submissions per user and runs the block that stores them.

        Raises Exhausted (USER_PACE) before the block, and counts nothing, if a user would exceed the limit. A repeat
        of a request counts once.
        """
        ...
