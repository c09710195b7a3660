"""The OpenAPI document: one operation for each route, with its parameters, body and responses."""

from __future__ import annotations

from typing import Any

from gateway.openapi import responses
from gateway.openapi.catalog import Catalog, Direction
from gateway.openapi.comments import comment_on
from gateway.openapi.schemas import Schemas, is_required
from gateway.routes import PREFIX, ROUTES, WHOLE_REQUEST, Route
from gateway.routes.endpoints import JSON_LINES
from gateway.routes.model import is_repeated_message, request_field
from gateway.routes.upload import AUDIO_PART, FORM_MEDIA_TYPE

Json = dict[str, Any]

_BINARY: Json = {"type": "string", "format": "binary", "description": "A recording, for example WebM or MP3."}


def document(*, has_all_messages: bool = False) -> Json:
    """Returns the OpenAPI 3.1 document of the route table.

    `has_all_messages` adds the schemas of messages that only gRPC methods use.
    """
    services = {route.grpc_service.full_name: route.grpc_service for route in ROUTES}
    catalog = Catalog(method for service in services.values() for method in service.methods)
    schemas, paths = Schemas(catalog), dict[str, Json]()
    for route in ROUTES:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, schemas)
    if has_all_messages:
        _add_all(catalog, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Radiant feedback-learning suite",
            "version": "2.0.0",
            "description": "Collects feedback on outputs and recommends models. JSON follows the proto JSON mapping.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": responses.PROBLEM, **dict(sorted(schemas.components.items()))},
            "responses": responses.components(),
            "headers": responses.HEADERS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _add_all(catalog: Catalog, schemas: Schemas) -> None:
    for kind, direction in catalog.messages():
        schemas.reference(kind, direction)


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
        without = {"request_id", "tenant_id", *route.path_params.values()}
        return schemas.message(route.request_type, Direction.REQUEST, without)
    return schemas.described(route.request_type.fields_by_name[route.body], Direction.REQUEST)


def _recording(route: Route, schemas: Schemas) -> Json:
    """Describes the body of an upload: a form, or the recording alone where the route has no other body."""
    properties: Json = {AUDIO_PART: _BINARY}
    encoding: Json = {AUDIO_PART: {"contentType": "audio/*, video/webm, application/octet-stream"}}
    if route.body:
        properties = {route.body: _body(route, schemas), **properties}
        encoding = {route.body: {"contentType": "application/json"}, **encoding}
    form = {
        "type": "object",
        "description": "The recording must be the last part.",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    content: Json = {FORM_MEDIA_TYPE: {"schema": form, "encoding": encoding}}
    return content if route.body else {**content, "audio/*": {"schema": _BINARY}}


def _parameters(route: Route, schemas: Schemas) -> list[Json]:
    parameters = []
    for location, names in (("path", route.path_params), ("query", route.query_params)):
        for name, path in names.items():
            field = request_field(route, path)
            schema = schemas.described(field, Direction.REQUEST)
            parameter: Json = {"name": name, "in": location, "description": schema.pop("description", "")}
            if is_repeated_message(field):
                items = schema["items"]
                text = {"type": "string", "contentMediaType": "application/json", "contentSchema": items}
                schema = {**schema, "items": text}
            parameter["schema"] = schema
            if location == "path" or is_required(field):
                parameter["required"] = True
            if field.is_repeated:
                parameter |= {"style": "form", "explode": True}
            parameters.append(parameter)
    return parameters


def _headers(route: Route) -> list[Json]:
    headers: list[Json] = []
    if route.is_idempotent:
        text = "A repeated request with the same key returns the first response for 24 hours."
        schema = {"type": "string", "format": "uuid"}
        headers.append({"name": "Idempotency-Key", "in": "header", "description": text, "schema": schema})
    if route.is_conditional:
        text = "ETag of the state that the caller has read. The gateway returns 412 if the state has changed."
        schema = {"type": "string", "pattern": '^"[0-9]{1,18}"$'}
        headers.append({"name": "If-Match", "in": "header", "description": text, "schema": schema})
    if route.has_digest_etag:
        text = "ETag of a cached response. The gateway returns 304 without a body while that response is current."
        schema = {"type": "string", "pattern": '^W/"[0-9a-f]{32}"$'}
        headers.append({"name": "If-None-Match", "in": "header", "description": text, "schema": schema})
    return headers


def _responses(route: Route, schemas: Schemas) -> Json:
    answer = schemas.reference(route.rpc_descriptor.output_type, Direction.RESPONSE)
    headers = responses.header_references(*(["ETag"] if route.etag_field or route.has_digest_etag else []))
    content: Json = {"application/json": {"schema": answer}}
    if route.is_stream:
        name = answer["$ref"].rpartition("/")[2]
        text = f"One JSON object of the schema {name} per line."
        lines = {"type": "string", "description": text, "contentMediaType": JSON_LINES, "contentSchema": answer}
        content = {JSON_LINES: {"schema": lines}}
    found: Json = {str(route.success_status): {"description": "Success.", "headers": headers, "content": content}}
    if route.has_digest_etag:
        found["304"] = {"description": "The cached response of the caller is current.", "headers": headers}
    problems = responses.problem_references(
        has_body=bool(route.body or route.is_upload), is_conditional=route.is_conditional
    )
    return {**found, **problems}
