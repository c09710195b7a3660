"""Refusals as problem documents (RFC 9457), and what each status of a call becomes."""

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

from kit import logs
from kit.errors import FieldViolation
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
"""Every code there is."""

_STATUS_OF_REASON = {"VOICE_OFF": 501, "AUDIO_TOO_LARGE": 413}
"""Where HTTP has a better word than the code."""

_PLAIN = {
    499: ("CANCELLED", "The request was given up."),
    500: ("INTERNAL", "Something went wrong inside the service."),
    503: ("UNAVAILABLE", "A service that is needed does not answer."),
    504: ("DEADLINE_EXCEEDED", "The time for the request ran out."),
}
"""What is said when the call broke off before a service of the suite could say anything."""


class Problem(Exception):  # noqa: N818 - it is the document that is raised
    """A request that is refused, or that failed."""

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
        """Takes the HTTP status, a stable UPPER_SNAKE reason and a sentence that shows no internals."""
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail
        self.errors, self.retry_after, self.error_id = tuple(errors), retry_after, error_id
        self.headers = dict(headers or {})

    @classmethod
    def field(cls, name: str, why: str, *, reason: str = "INVALID_ARGUMENT") -> Problem:
        """Makes the problem of one bad field, parameter or header."""
        return cls(400, reason, f"{name}: {why}", errors=[FieldViolation(name, why)])

    def document(self, instance: str) -> dict[str, Any]:
        """Returns the members of the document; `instance` is the path that was asked."""
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
        """Returns the answer."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after.total_seconds())))
        if self.status == 401:
            headers.setdefault("www-authenticate", "Bearer")
        content = json.dumps(self.document(instance), ensure_ascii=False).encode(errors="replace")
        return Response(content, self.status, headers, MEDIA_TYPE)


def of_call(error: RadiantClientError) -> Problem:
    """Makes the problem of a failed call; its fields still have the names of the call's request."""
    status = _STATUS_OF_REASON.get(error.reason, HTTP_STATUS[error.code])
    reason, detail = error.reason, error.message
    if not reason:
        reason, detail = _PLAIN.get(status, (error.code.name, _title(status)))
    return Problem(
        status,
        reason,
        detail,
        errors=[FieldViolation(each.field, each.description) for each in error.violations],
        retry_after=error.retry_after or (timedelta(seconds=1) if status in (429, 503) else None),
        error_id=error.metadata.get("error_id", ""),
    )


async def respond(request: Request, problem: Exception) -> Response:
    """Answers a request with a problem; the framework's handler of that class."""
    if not isinstance(problem, Problem):
        raise problem
    return problem.response(request.url.path)


def _title(status: int) -> str:
    return "Client Closed Request" if status == 499 else http.HTTPStatus(status).phrase
