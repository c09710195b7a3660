"""The tree of what can go wrong.

    RadiantError
    ├── Invalid             a request that can never succeed; names each bad field
    ├── Unauthenticated     nobody knows who is calling
    ├── Forbidden           somebody who may not
    ├── NotFound            nothing by that name
    ├── AlreadyExists       something else by that name
    ├── Conflict            another writer was faster; repeat from a fresh read
    ├── Precondition        not in this state
    ├── Exhausted           too much at once; later is fine
    ├── Unavailable         not now; later is fine
    ├── DeadlineExceeded    too late
    └── Unimplemented       not here

Nothing here knows gRPC; `kit.rpc.status` maps the tree to the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field of a request."""

    field: str
    """Path of the field as the caller wrote it, such as signals[3].output_id."""
    why: str
    """What is wrong with it, in words that do not repeat its value."""


class RadiantError(Exception):
    """The request failed."""

    reason: str = "FAILED"
    """Machine-readable, UPPER_SNAKE_CASE; stable."""

    def __init__(self, message: str = "", *, reason: str = "", **metadata: str) -> None:
        """Takes a sentence for people (default: the docstring), a narrower reason and details."""
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.reason = reason or type(self).reason
        self.metadata: dict[str, str] = metadata


class Invalid(RadiantError):
    """The request is not valid."""

    reason = "INVALID_ARGUMENT"

    def __init__(self, violations: Sequence[FieldViolation], *, reason: str = "") -> None:
        """Takes every bad field at once."""
        super().__init__("; ".join(f"{each.field}: {each.why}" for each in violations[:10]), reason=reason)
        self.violations = tuple(violations)

    @classmethod
    def field(cls, path: str, why: str, *, reason: str = "") -> Invalid:
        """Makes the error of one bad field."""
        return cls([FieldViolation(path, why)], reason=reason)


class Unauthenticated(RadiantError):
    """The caller did not prove who it is."""

    reason = "UNAUTHENTICATED"


class Forbidden(RadiantError):
    """The caller may not do this."""

    reason = "FORBIDDEN"


class NotFound(RadiantError):
    """There is nothing by that name."""

    reason = "NOT_FOUND"


class AlreadyExists(RadiantError):
    """There is something else by that name."""

    reason = "ALREADY_EXISTS"


class Conflict(RadiantError):
    """Another writer was faster."""

    reason = "CONFLICT"


class Precondition(RadiantError):
    """The state does not allow this now."""

    reason = "FAILED_PRECONDITION"


class Unimplemented(RadiantError):
    """This deployment cannot do that."""

    reason = "UNIMPLEMENTED"


class DeadlineExceeded(RadiantError):
    """The time for the request ran out."""

    reason = "DEADLINE_EXCEEDED"


class _Later(RadiantError):
    """The request may succeed later."""

    def __init__(
        self,
        message: str = "",
        retry_after: timedelta = timedelta(seconds=1),
        *,
        reason: str = "",
        **metadata: str,
    ) -> None:
        """Takes the least time to wait before the next attempt."""
        super().__init__(message, reason=reason, **metadata)
        self.retry_after = retry_after


class Exhausted(_Later):
    """Too much was asked at once."""

    reason = "RESOURCE_EXHAUSTED"


class Unavailable(_Later):
    """Something that is needed does not answer."""

    reason = "UNAVAILABLE"
