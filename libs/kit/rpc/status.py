"""Conversion of errors to google.rpc.Status.

Every status contains an ErrorInfo (domain "radiant"); Invalid adds BadRequest, Exhausted and Unavailable add
RetryInfo. An unknown exception becomes INTERNAL with an error id; the log has the details. Statuses are sent as
metadata, which peers limit to 8 KiB: longer texts are cut and further violations are omitted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from kit import errors
from kit.ids import new_id

log = logging.getLogger(__name__)

DOMAIN = "radiant"
MESSAGE_BYTES_MAX = 512  # sent twice, once with three bytes per non-ASCII byte
STATUS_BYTES_MAX = 4096  # sent in base64
DETAIL_CHARACTERS_MAX = 250

CODES: dict[type[errors.RadiantError], StatusCode] = {
    errors.Invalid: StatusCode.INVALID_ARGUMENT,
    errors.Unauthenticated: StatusCode.UNAUTHENTICATED,
    errors.Forbidden: StatusCode.PERMISSION_DENIED,
    errors.NotFound: StatusCode.NOT_FOUND,
    errors.AlreadyExists: StatusCode.ALREADY_EXISTS,
    errors.Conflict: StatusCode.ABORTED,
    errors.Precondition: StatusCode.FAILED_PRECONDITION,
    errors.Exhausted: StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: StatusCode.UNAVAILABLE,
    errors.DeadlineExceeded: StatusCode.DEADLINE_EXCEEDED,
    errors.Unimplemented: StatusCode.UNIMPLEMENTED,
}


class Abortable(Protocol):
    """The part of a servicer context that aborts a call."""

    def trailing_metadata(self) -> Iterable[tuple[str, str | bytes]] | None:
        """Returns the trailing metadata that was set."""
        ...

    async def abort(
        self, code: StatusCode, details: str = "", trailing_metadata: tuple[tuple[str, str | bytes], ...] = ()
    ) -> None:
        """Aborts the call. It always raises."""
        ...


def known(error: BaseException) -> errors.RadiantError | None:
    """Returns the error as a RadiantError; None for an unknown exception."""
    if isinstance(error, errors.RadiantError) and isinstance(error, tuple(CODES)):
        return error
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return errors.DeadlineExceeded()
    return None


def code_of(error: errors.RadiantError) -> StatusCode:
    """Returns the gRPC code of the error's class."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def to_status(error: errors.RadiantError) -> tuple[StatusCode, status_pb2.Status]:
    """Returns the code and the status with its details."""
    code = code_of(error)
    number: int = code.value[0]
    status = status_pb2.Status(code=number, message=_cut(str(error)))
    metadata = {name: value[:DETAIL_CHARACTERS_MAX] for name, value in error.metadata.items()}
    _add(status, error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata))
    if isinstance(error, errors.Invalid):
        _add(status, _bad_request(error, STATUS_BYTES_MAX - status.ByteSize()))
    if isinstance(error, errors.Exhausted | errors.Unavailable):
        delay = Duration()
        delay.FromTimedelta(error.retry_after)
        _add(status, error_details_pb2.RetryInfo(retry_delay=delay))
    return code, status


def internal(error: BaseException) -> tuple[StatusCode, status_pb2.Status]:
    """Logs an unknown exception and returns a status with its error id only."""
    error_id = new_id()
    log.error("call failed", exc_info=error, extra={"fields": {"error_id": error_id}})
    text = "An internal error occurred. Report the error id to the operator."
    status = status_pb2.Status(code=StatusCode.INTERNAL.value[0], message=text)
    _add(status, error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"error_id": error_id}))
    return StatusCode.INTERNAL, status


async def abort(context: Abortable, code: StatusCode, status: status_pb2.Status) -> None:
    """Aborts the call with the status. It always raises."""
    details = ("grpc-status-details-bin", status.SerializeToString())
    await context.abort(code, status.message, (*(context.trailing_metadata() or ()), details))


def _cut(message: str) -> str:
    return message.encode(errors="replace")[:MESSAGE_BYTES_MAX].decode(errors="ignore")


def _bad_request(error: errors.Invalid, bytes_max: int) -> error_details_pb2.BadRequest:
    bad = error_details_pb2.BadRequest()
    for each in error.violations:
        field, why = each.field[:DETAIL_CHARACTERS_MAX], each.why[:DETAIL_CHARACTERS_MAX]
        violation = bad.field_violations.add(field=field, description=why)
        bytes_max -= violation.ByteSize() + 4
        if bytes_max < 0:
            del bad.field_violations[-1]
            break
    return bad


def _add(status: status_pb2.Status, detail: Message) -> None:
    status.details.add().Pack(detail)
