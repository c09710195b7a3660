"""The hierarchy of errors.

    RadiantError
    ├── Invalid             the request is invalid; names each bad field
    ├── Unauthenticated     the caller is not authenticated
    ├── Forbidden           the caller lacks the permission
    ├── NotFound            the object does not exist
    ├── AlreadyExists       another object has that name
    ├── Conflict            a concurrent request changed the object; read it again
    ├── Precondition        the state of the object does not allow the request
    ├── Exhausted           a limit is reached; retry later
    ├── Unavailable         a dependency does not answer; retry later
    ├── DeadlineExceeded    the deadline has passed
    └── Unimplemented       this deployment does not support the request

The module does not depend on gRPC; `kit.rpc.status` maps errors to gRPC statuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad field of a request."""

    field: str
    """Path of the field in the request, for example signals[3].output_id."""
    why: str
    """Description of the violation, without the value."""


def restored(kind: type[Exception], args: tuple[Any, ...]) -> Exception:
    """Returns an error without a call of its `__init__`; pickle then restores its attributes."""
    return kind.__new__(kind, *args)


class RadiantError(Exception):
    """The request failed."""

    reason: str = "FAILED"
    """Machine-readable, UPPER_SNAKE_CASE; stable."""

    def __init__(self, message: str = "", *, reason: str = "", **metadata: str) -> None:
        """Takes a message (default: the docstring), a more specific reason and details."""
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.reason = reason or type(self).reason
        self.metadata: dict[str, str] = metadata

    def __reduce__(self) -> tuple[Any, ...]:
        """Returns the state for pickle: the parameters of `__init__` differ between classes."""
        return restored, (type(self), self.args), self.__dict__


class Invalid(RadiantError):
    """The request is not valid."""

    reason = "INVALID_ARGUMENT"

    def __init__(self, violations: Sequence[FieldViolation], *, reason: str = "", is_complete: bool = True) -> None:
        """Takes the violations of the request, and whether they are all of its violations."""
        text = "; ".join(f"{each.field}: {each.why}" for each in violations[:10])
        if not is_complete:
            text = f"Validation stopped after {len(violations)} violations; more may exist. {text}"
        super().__init__(text, reason=reason)
        self.violations = tuple(violations)

    @classmethod
    def field(cls, path: str, why: str, *, reason: str = "") -> Invalid:
        """Returns the error for one bad field."""
        return cls([FieldViolation(path, why)], reason=reason)


class Unauthenticated(RadiantError):
    """The caller is not authenticated."""

    reason = "UNAUTHENTICATED"


class Forbidden(RadiantError):
    """The caller does not have the permission for this call."""

    reason = "FORBIDDEN"


class NotFound(RadiantError):
    """The object does not exist."""

    reason = "NOT_FOUND"


class AlreadyExists(RadiantError):
    """An object with that name exists already."""

    reason = "ALREADY_EXISTS"


class Conflict(RadiantError):
    """The object was changed by a concurrent request. Read it again and retry."""

    reason = "CONFLICT"


class Precondition(RadiantError):
    """The state of the object does not allow this request."""

    reason = "FAILED_PRECONDITION"


class Unimplemented(RadiantError):
    """This deployment does not support this request."""

    reason = "UNIMPLEMENTED"


class DeadlineExceeded(RadiantError):
    """The deadline of the request has passed."""

    reason = "DEADLINE_EXCEEDED"


class _Later(RadiantError):
    """A request that may succeed later."""

    def __init__(
        self,
        message: str = "",
        retry_after: timedelta = timedelta(seconds=1),
        *,
        reason: str = "",
        **metadata: str,
    ) -> None:
        """Takes the minimum delay before a retry."""
        super().__init__(message, reason=reason, **metadata)
        self.retry_after = retry_after


class Exhausted(_Later):
    """A limit is reached. Retry later."""

    reason = "RESOURCE_EXHAUSTED"


class Unavailable(_Later):
    """A required server does not answer. Retry later."""

    reason = "UNAVAILABLE"
