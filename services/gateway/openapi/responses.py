"""Responses that operations share: problem documents (RFC 9457) by status, and their headers."""

from __future__ import annotations

from typing import Any

from gateway.http.problems import MEDIA_TYPE

Json = dict[str, Any]

PROBLEM: Json = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "reason", "requestId"],
    "properties": {
        "type": {"type": "string", "description": "The reason as a URN."},
        "title": {"type": "string", "description": "The reason phrase of the HTTP status."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        "detail": {"type": "string", "description": "Describes the error in one sentence."},
        "instance": {"type": "string", "description": "The path of the request."},
        "reason": {"type": "string", "description": "Machine-readable and stable, in UPPER_SNAKE_CASE."},
        "requestId": {"type": "string", "description": "Identifies the request in logs."},
        "errors": {
            "type": "array",
            "description": "One entry for each invalid field, parameter or header.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string", "description": "Path of the field."},
                    "detail": {"type": "string", "description": "The rule that failed."},
                },
            },
        },
        "retryAfter": {"type": "number", "minimum": 0, "description": "Seconds to wait before a retry."},
        "errorId": {"type": "string", "description": "Identifies the logged error."},
    },
}

HEADERS: Json = {
    "RequestId": {"description": "Identifies the request in logs.", "schema": {"type": "string"}},
    "ETag": {"description": "Identifies the state of the resource.", "schema": {"type": "string"}},
    "RetryAfter": {
        "description": "Seconds to wait before a retry.",
        "schema": {"type": "integer", "minimum": 1},
    },
}

_NAMES = {
    400: ("BadRequest", "The request is invalid; errors names each field."),
    401: ("Unauthorized", "The bearer token is missing, expired or invalid."),
    403: ("Forbidden", "The role of the caller does not permit the operation."),
    404: ("NotFound", "The resource does not exist."),
    405: ("MethodNotAllowed", "The path does not support the method."),
    408: ("RequestTimeout", "The body did not arrive in time."),
    409: ("Conflict", "The request conflicts with stored data or with the state of the resource."),
    412: ("PreconditionFailed", "The resource has changed since the state in If-Match."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The operation does not accept the Content-Type of the body."),
    429: ("TooManyRequests", "A rate limit or quota is exceeded; Retry-After contains the seconds to wait."),
    500: ("InternalServerError", "An internal error; errorId identifies it in logs."),
    501: ("NotImplemented", "The deployment does not support the operation."),
    503: ("ServiceUnavailable", "A service behind the gateway is unavailable."),
    504: ("GatewayTimeout", "The deadline of the request was exceeded."),
}
_WITH_BODY = {408, 413, 415}
_WITH_WAIT = {429, 503}


def header_references(*names: str) -> Json:
    """Returns references to headers in the components, by header name; always includes X-Request-Id."""
    components = {"X-Request-Id": "RequestId", "ETag": "ETag", "Retry-After": "RetryAfter"}
    wanted = ("X-Request-Id", *names)
    return {name: {"$ref": f"#/components/headers/{components[name]}"} for name in wanted}


def components() -> Json:
    """Returns the problem responses by component name."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        name: {
            "description": description,
            "headers": header_references(*(["Retry-After"] if status in _WITH_WAIT else [])),
            "content": content,
        }
        for status, (name, description) in _NAMES.items()
    }


def problem_references(*, has_body: bool, is_conditional: bool) -> Json:
    """Returns references to the problem responses of an operation by status."""
    absent = (set() if has_body else _WITH_BODY) | (set() if is_conditional else {412})
    return {
        str(status): {"$ref": f"#/components/responses/{name}"}
        for status, (name, _) in _NAMES.items()
        if status not in absent
    }
