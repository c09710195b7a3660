"""What a call can fail with: one class per kind of failure, with its machine-readable details."""

# ruff: noqa: N818 - the classes are named after what happened

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

_DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A bad field of a request."""

    field: str
    """Path of the field, such as feedback.output_id."""
    description: str
    """What is wrong with it."""


class RadiantClientError(Exception):
    """A call failed. Its text is the service's message."""

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[FieldViolation, ...] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """The service's message."""
        self.code = code
        """Status code of the call."""
        self.reason = reason
        """Machine-readable reason in UPPER_SNAKE_CASE; empty when the service gave none."""
        self.metadata = dict(metadata or {})
        """Details of the reason, such as the identifier under which the service logged the failure."""
        self.violations = violations
        """Bad fields of the request; empty unless it was refused for them."""
        self.retry_after = retry_after
        """Least time to wait before trying again; None when the service named none."""

    def __str__(self) -> str:
        fields = "; ".join(f"{one.field}: {one.description}" for one in self.violations)
        return f"{self.message} ({fields})" if fields and fields not in self.message else self.message


class InvalidRequest(RadiantClientError):
    """The request is malformed; its violations name the fields."""


class BatchRefused(InvalidRequest):
    """A batch on a signal stream was refused for good; nothing of it is stored."""


class NotFound(RadiantClientError):
    """What the request names is not known."""


class AlreadyExists(RadiantClientError):
    """Something different is stored under the same identifier."""


class Conflict(RadiantClientError):
    """The call collided with another one."""


class PreconditionFailed(RadiantClientError):
    """The service is not in a state in which it can do this."""


class PermissionDenied(RadiantClientError):
    """The token does not allow this."""


class Unauthenticated(RadiantClientError):
    """The token is missing, expired or not valid."""


class Exhausted(RadiantClientError):
    """The service cannot keep up; nothing of the call is stored."""


class Unavailable(RadiantClientError):
    """The service cannot be reached or is going down."""


class CircuitOpen(Unavailable):
    """The service did not answer several times in a row, so this call was not sent; see Breaker."""


class DeadlineExceeded(RadiantClientError):
    """The call took longer than its timeout; whether it took effect is not known."""


class Unsupported(RadiantClientError):
    """The service does not offer this."""


class ServiceFault(RadiantClientError):
    """The service failed inside; its metadata may name the error_id to look for in its log."""


class NoEligibleModel(RadiantClientError):
    """There is no model left to choose: every candidate is excluded."""


class StreamClosed(RadiantClientError):
    """The signal stream was closed before the batch was acknowledged."""


class SpoolError(RadiantClientError):
    """The spool could not take a write: it is neither stored by the service nor on disk."""


class SpoolFull(SpoolError):
    """The spool, or the disk under it, has no room left."""


class SpoolFailed(SpoolError):
    """The spool cannot be used: its folder, its file or its disk is at fault."""


_CLASSES: dict[grpc.StatusCode, type[RadiantClientError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.OUT_OF_RANGE: InvalidRequest,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.FAILED_PRECONDITION: PreconditionFailed,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Exhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.CANCELLED: Unavailable,  # not by the caller, who gets CancelledError: too many calls waited
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNIMPLEMENTED: Unsupported,
    grpc.StatusCode.INTERNAL: ServiceFault,
    grpc.StatusCode.DATA_LOSS: ServiceFault,
}


def from_rpc_error(error: grpc.aio.AioRpcError) -> RadiantClientError:
    """Tells a failed call as one of this module's errors."""
    status = _status_of(error)
    reason, metadata = "", dict[str, str]()
    violations: tuple[FieldViolation, ...] = ()
    retry_after: timedelta | None = None
    for detail in status.details:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            violations = tuple(FieldViolation(one.field, one.description) for one in bad.field_violations)
        elif detail.Unpack(retry):
            retry_after = retry.retry_delay.ToTimedelta()
    kind = _CLASSES.get(error.code(), RadiantClientError)
    message = error.details() or error.code().name
    return kind(
        message,
        code=error.code(),
        reason=reason,
        metadata=metadata,
        violations=violations,
        retry_after=retry_after,
    )


def _status_of(error: grpc.aio.AioRpcError) -> Any:
    """Reads the rich status from the trailing metadata; an empty one when there is none that can be read."""
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                status.ParseFromString(value)
            except DecodeError:
                return status_pb2.Status()
    return status
