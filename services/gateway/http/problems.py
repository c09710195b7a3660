"""Error responses as problem documents (RFC 9457), and the HTTP status of each gRPC status code."""

from __future__ import annotations

import http
import json
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from grpc import StatusCode
from starlette.requests import Request
from starlette.responses import Response

from kit.errors import Exhausted, FieldViolation, RadiantError, Unavailable, restored
from kit.rpc.status import to_status
from kit.telemetry import logs
from radiant_client.transport.errors import RadiantClientError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:radiant:problem:"

HTTP_STATUS: dict[StatusCode, int] = {
    StatusCode.OK: 200,
    StatusCode.CANCELLED: 499,
    StatusCode.UNKNOWN: 500,
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.DEADLINE_EXCEEDED: 504,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.FAILED_PRECONDITION: 409,
    StatusCode.ABORTED: 409,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.INTERNAL: 500,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DATA_LOSS: 500,
    StatusCode.UNAUTHENTICATED: 401,
}
"""Contains every gRPC status code."""

_STATUS_OF_REASON = {"VOICE_OFF": 501, "AUDIO_TOO_LARGE": 413}
"""Reasons with a more specific HTTP status than their gRPC code."""

_WITHOUT_REASON = {
    499: ("CANCELLED", "The request was cancelled."),
    500: ("INTERNAL", "An internal error occurred."),
    503: ("UNAVAILABLE", "A required service does not respond. Retry later."),
    504: ("DEADLINE_EXCEEDED", "The deadline of the request was exceeded."),
}
"""Reason and detail of a gRPC error without ErrorInfo. Its message may name internal addresses and is not shown."""


class Problem(Exception):  # noqa: N818 - named after the problem document
    """An error response: a rejected request or an internal failure."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str,
        *,
        errors: Sequence[FieldViolation] = (),
        retry_after: timedelta | None = None,
        error_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`reason` is a stable UPPER_SNAKE_CASE code, `detail` a sentence that shows no internals."""
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail
        self.errors, self.retry_after, self.error_id = tuple(errors), retry_after, error_id
        self.headers = dict(headers or {})

    def __reduce__(self) -> tuple[Any, ...]:
        """Returns the state for pickle."""
        return restored, (type(self), self.args), self.__dict__

    @classmethod
    def field(cls, name: str, why: str, *, reason: str = "INVALID_ARGUMENT") -> Problem:
        """Returns the problem (400) of one invalid field, parameter or header."""
        return cls(400, reason, f"{name}: {why}", errors=[FieldViolation(name, why)])

    def document(self, instance: str) -> dict[str, Any]:
        """Returns the members of the problem document; `instance` is the path of the request."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.reason.lower().replace("_", "-"),
            "title": _title(self.status),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "reason": self.reason,
            "requestId": logs.request_id.get(),
        }
        if self.errors:
            document["errors"] = [{"field": each.field, "detail": each.why} for each in self.errors]
        if self.retry_after is not None:
            document["retryAfter"] = self.retry_after.total_seconds()
        if self.error_id:
            document["errorId"] = self.error_id
        return document

    def response(self, instance: str) -> Response:
        """Returns the HTTP response; `instance` is the path of the request."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after.total_seconds())))
        if self.status == 401:
            headers.setdefault("www-authenticate", "Bearer")
        content = json.dumps(self.document(instance), ensure_ascii=False).encode(errors="replace")
        return Response(content, self.status, headers, MEDIA_TYPE)


def problem_from_error(error: RadiantClientError) -> Problem:
    """Returns the problem of a failed gRPC call. Its field paths are those of the gRPC request."""
    status = _STATUS_OF_REASON.get(error.reason, HTTP_STATUS[error.code])
    reason, detail = error.reason, error.message
    if not reason:
        reason, detail = _WITHOUT_REASON.get(status, (error.code.name, _title(status)))
    return Problem(
        status,
        reason,
        detail,
        errors=[FieldViolation(each.field, each.description) for each in error.violations],
        retry_after=error.retry_after or (timedelta(seconds=1) if status in (429, 503) else None),
        error_id=error.metadata.get("error_id", ""),
    )


def problem_from_radiant_error(error: RadiantError) -> Problem:
    """Returns the problem of an error that the gateway itself raises before a call."""
    code, _ = to_status(error)
    retry_after = error.retry_after if isinstance(error, Exhausted | Unavailable) else None
    return Problem(HTTP_STATUS[code], error.reason, str(error), retry_after=retry_after)


async def problem_response(request: Request, problem: Exception) -> Response:
    """Returns the response of a Problem; registered as Starlette's exception handler."""
    if not isinstance(problem, Problem):
        raise problem
    return problem.response(request.url.path)


async def radiant_error_response(request: Request, error: Exception) -> Response:
    """Returns the response of a RadiantError; registered as Starlette's exception handler."""
    if not isinstance(error, RadiantError):
        raise error
    return problem_from_radiant_error(error).response(request.url.path)


def _title(status: int) -> str:
    return "Client Closed Request" if status == 499 else http.HTTPStatus(status).phrase
