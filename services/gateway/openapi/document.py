"""The document: one operation a route, its parameters, bodies, answers and refusals."""

from __future__ import annotations

from typing import Any

from gateway.http.problems import MEDIA_TYPE
from gateway.openapi.comments import comment_on
from gateway.openapi.schemas import Schemas, is_needed
from gateway.routes import PREFIX, ROUTES, WHOLE_REQUEST, Route
from gateway.routes.endpoints import JSON_LINES
from gateway.routes.model import is_repeated_message, request_field
from gateway.routes.upload import AUDIO_PART, FORM_MEDIA_TYPE

Json = dict[str, Any]

_PROBLEM: Json = {
    "type": "object",
    "description": "A refusal or a failure (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "reason", "requestId"],
    "properties": {
        "type": {"type": "string", "description": "Names the reason as a URN."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The status of HTTP."},
        "detail": {"type": "string", "description": "A sentence for people."},
        "instance": {"type": "string", "description": "Path that was asked."},
        "reason": {"type": "string", "description": "Machine-readable, UPPER_SNAKE_CASE; stable."},
        "requestId": {"type": "string", "description": "Names the request in logs."},
        "errors": {
            "type": "array",
            "description": "Each bad field, parameter or header.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "retryAfter": {"type": "number", "minimum": 0, "description": "Least seconds to wait."},
        "errorId": {"type": "string", "description": "Under which the failure was logged."},
    },
}
_REFUSALS = {
    400: "Something in the request is wrong; errors name each field.",
    401: "The bearer token is missing, expired or not valid.",
    403: "The caller may not do this.",
    404: "There is nothing by that name.",
    405: "The path does not take this method.",
    429: "Too much at once; Retry-After says when to come back.",
    500: "Something went wrong inside; errorId names it.",
    501: "This deployment cannot do that.",
    503: "A service that is needed does not answer.",
    504: "The time for the request ran out.",
}
_WITH_BODY = {
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is of none of the types named above.",
}
_STATED = {409: "It collides with what is stored, or the state does not allow it."}
_CHANGED = {412: "Another writer was faster than If-Match."}
_BINARY: Json = {"type": "string", "format": "binary", "description": "A recording, in a format such as webm or mp3."}
_REQUEST_ID: Json = {"description": "Names the request in logs.", "schema": {"type": "string"}}
_ETAG: Json = {"description": "Names the state of the answer.", "schema": {"type": "string"}}
_RETRY_AFTER: Json = {"description": "Least seconds to wait.", "schema": {"type": "integer", "minimum": 1}}


def document() -> Json:
    """Returns the OpenAPI 3.1 document of the whole table."""
    schemas, paths = Schemas(), dict[str, Json]()
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Radiant feedback-learning suite",
            "version": "2.0.0",
            "description": "Feedback in, learned model choices out. JSON follows the proto JSON mapping.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **dict(sorted(schemas.components.items()))},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: Route, schemas: Schemas) -> Json:
    operation: Json = {
        "operationId": route.operation_id or route.rpc[0].lower() + route.rpc[1:],
        "summary": route.summary,
        "description": comment_on(f"{route.grpc_service.full_name}.{route.rpc}"),
        "tags": [route.path.split("/")[1]],
        "security": [{"bearer": list(route.roles)}],
        "parameters": [*_parameters(route, schemas), *_headers(route)],
        "responses": _responses(route, schemas),
    }
    if route.is_upload:
        operation["requestBody"] = {"required": True, "content": _recording(route, schemas)}
    elif route.body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _body(route, schemas)}},
        }
    return operation


def _body(route: Route, schemas: Schemas) -> Json:
    if route.body == WHOLE_REQUEST:
        return schemas.message(route.request_type, without={"request_id", "tenant_id", *route.path_params.values()})
    return schemas.described(route.request_type.fields_by_name[route.body])


def _recording(route: Route, schemas: Schemas) -> Json:
    """Describes the body of an upload: a form, or the recording alone where nothing needs to be said of it."""
    properties: Json = {AUDIO_PART: _BINARY}
    encoding: Json = {AUDIO_PART: {"contentType": "audio/*, video/webm, application/octet-stream"}}
    if route.body:
        properties = {route.body: _body(route, schemas), **properties}
        encoding = {route.body: {"contentType": "application/json"}, **encoding}
    form = {
        "type": "object",
        "description": "The recording is the last part.",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    content: Json = {FORM_MEDIA_TYPE: {"schema": form, "encoding": encoding}}
    return content if route.body else {**content, "audio/*": {"schema": _BINARY}}


def _parameters(route: Route, schemas: Schemas) -> list[Json]:
    found = []
    for place, names in (("path", route.path_params), ("query", route.query_params)):
        for name, path in names.items():
            field = request_field(route, path)
            said = schemas.described(field)
            parameter: Json = {"name": name, "in": place, "description": said.pop("description", ""), "schema": said}
            if is_repeated_message(field):
                text = {"type": "string", "contentMediaType": "application/json", "contentSchema": said["items"]}
                parameter["schema"] = {**said, "items": text}
            if place == "path" or is_needed(field):
                parameter["required"] = True
            if field.is_repeated:
                parameter |= {"style": "form", "explode": True}
            found.append(parameter)
    return found


def _headers(route: Route) -> list[Json]:
    found: list[Json] = []
    if route.is_idempotent:
        text = "Makes the request safe to repeat: a repeat within 24 hours returns the first answer."
        schema = {"type": "string", "format": "uuid"}
        found.append({"name": "Idempotency-Key", "in": "header", "description": text, "schema": schema})
    if route.is_conditional:
        text = "State that the caller has seen; another one is refused with 412."
        schema = {"type": "string", "pattern": '^"[0-9]{1,18}"$'}
        found.append({"name": "If-Match", "in": "header", "description": text, "schema": schema})
    if route.has_digest_etag:
        text = "ETag of an answer that the caller has; while it is current the answer is 304 without a body."
        schema = {"type": "string", "pattern": '^W/"[0-9a-f]{32}"$'}
        found.append({"name": "If-None-Match", "in": "header", "description": text, "schema": schema})
    return found


def _responses(route: Route, schemas: Schemas) -> Json:
    answer = schemas.reference(route.rpc_descriptor.output_type)
    headers = {"X-Request-Id": _REQUEST_ID}
    tagged = {**headers, "ETag": _ETAG} if route.etag_field or route.has_digest_etag else headers
    content: Json = {"application/json": {"schema": answer}}
    if route.is_stream:
        text = f"Lines, each a JSON object of the schema {route.rpc_descriptor.output_type.name}."
        content = {JSON_LINES: {"schema": {"type": "string", "description": text, "contentSchema": answer}}}
    responses: Json = {str(route.success_status): {"description": "Done.", "headers": tagged, "content": content}}
    if route.has_digest_etag:
        responses["304"] = {"description": "What the caller has is current.", "headers": tagged}
    with_body = _WITH_BODY if route.body or route.is_upload else {}
    refusals = {**_REFUSALS, **_STATED, **with_body, **(_CHANGED if route.is_conditional else {})}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in sorted(refusals.items()):
        with_wait = {"Retry-After": _RETRY_AFTER} if status in (429, 503) else {}
        responses[str(status)] = {"description": text, "headers": {**headers, **with_wait}, "content": problem}
    return responses
