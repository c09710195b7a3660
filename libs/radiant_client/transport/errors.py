"""Errors of the client: one class per kind of failure, with machine-readable details."""

# ruff: noqa: N818 - the public names have no Error suffix

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
    """An invalid field of a request."""

    field: str
    """Path of the field, such as feedback.output_id."""
    description: str
    """Rule that the value violates."""


class RadiantClientError(Exception):
    """A call failed. The text is the error message of the service."""

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
        """Error message of the service."""
        self.code = code
        """Status code of the call."""
        self.reason = reason
        """Machine-readable reason in UPPER_SNAKE_CASE; empty if the service sent none."""
        self.metadata = dict(metadata or {})
        """Details of the reason, such as the error_id of the entry in the log of the service."""
        self.violations = violations
        """Invalid fields of the request; empty if none were reported."""
        self.retry_after = retry_after
        """Minimum time to wait before a retry; None if the service sent none."""

    def __str__(self) -> str:
        fields = "; ".join(f"{one.field}: {one.description}" for one in self.violations)
        return f"{self.message} ({fields})" if fields and fields not in self.message else self.message


class InvalidRequest(RadiantClientError):
    """The request is invalid. `violations` lists the fields."""


class BatchRefused(InvalidRequest):
    """The service rejected a batch of a signal stream permanently and stored none of its items."""


class NotFound(RadiantClientError):
    """The requested object does not exist."""


class AlreadyExists(RadiantClientError):
    """A different object with the same identifier exists."""


class Conflict(RadiantClientError):
    """The call conflicts with a concurrent call. Retry it."""


class PreconditionFailed(RadiantClientError):
    """The current state of the object or the service does not allow the call."""


class PermissionDenied(RadiantClientError):
    """The token does not grant the required permission."""


class Unauthenticated(RadiantClientError):
    """The token is missing, expired or invalid."""


class Exhausted(RadiantClientError):
    """The service is overloaded or a limit is reached. The call had no effect."""


class Unavailable(RadiantClientError):
    """The service is unreachable or shutting down."""


class CircuitOpen(Unavailable):
    """The circuit breaker is open, so the call was not sent. See Breaker."""


class DeadlineExceeded(RadiantClientError):
    """The call exceeded its timeout. It may have taken effect."""


class Unsupported(RadiantClientError):
    """The service does not implement the method or does not support the arguments."""


class ServiceFault(RadiantClientError):
    """The service failed with an internal error. `metadata` may have the error_id of the entry in its log."""


class NoEligibleModel(RadiantClientError):
    """No model can be chosen because every candidate is excluded."""


class StreamClosed(RadiantClientError):
    """The signal stream is closed, or was closed before the batch was acknowledged."""


class SpoolError(RadiantClientError):
    """The spool could not store a write. The service has not confirmed it either: the write must be repeated."""


class SpoolFull(SpoolError):
    """The spool has reached a limit, or its disk is full."""


class SpoolFailed(SpoolError):
    """The spool cannot use its folder, its file or its disk."""


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
    grpc.StatusCode.CANCELLED: Unavailable,  # cancelled by the service; a caller that cancels gets CancelledError
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNIMPLEMENTED: Unsupported,
    grpc.StatusCode.INTERNAL: ServiceFault,
    grpc.StatusCode.DATA_LOSS: ServiceFault,
}


def from_rpc_error(error: grpc.aio.AioRpcError) -> RadiantClientError:
    """Returns the error of this module for a failed call, by status code, with the details of the rich status."""
    status = _status_of(error)
    reason, metadata = "", dict[str, str]()
    violations: tuple[FieldViolation, ...] = ()
    retry_after: timedelta | None = None
    for detail in status.details:
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad_request):
            violations = tuple(FieldViolation(one.field, one.description) for one in bad_request.field_violations)
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
    """Returns the rich status (google.rpc.Status) of the trailing metadata; an empty one if it is absent or invalid."""
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                status.ParseFromString(value)
            except DecodeError:
                return status_pb2.Status()
    return status
