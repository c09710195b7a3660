"""Converts HTTP requests to gRPC request messages, and gRPC responses to JSON, by the proto3 JSON mapping."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, TypeVar

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from gateway.http.problems import Problem
from gateway.routes.json.counts import check_counts
from gateway.routes.model import WHOLE_REQUEST, Route, is_repeated_message, request_field
from kit.errors import FieldViolation, Invalid
from kit.ids import new_id
from kit.rpc.user_keys import set_user_keys
from kit.rpc.validation import enum_rule

RequestT = TypeVar("RequestT", bound=Message)

WRONG_TYPE = "must be a valid value of the field's type"
UNKNOWN_FIELD = "is not a known field or parameter"
_NOT_IN_BODY = ("request_id", "tenant_id", "requestId", "tenantId")
"""Fields of a request that a body cannot set: a header and a query parameter set them."""
_PARSE_FAILURE_PATH = re.compile(r"Failed to parse (\w+) field: ")
_VALUE_PATH = re.compile(r" at \w+\.([\w.\[\]]+?)\.*$")
"""Matches the end of the parser's message about a value: the message type and the path of the field."""
_UNKNOWN_FIELD_PATH = re.compile(r'has no field named "(.*?)" at "[^".]*\.?(.*?)"', re.DOTALL)
_JSON_ERRORS = (ValueError, RecursionError)
_PROTO_JSON_ERRORS = (json_format.ParseError, ValueError, TypeError, AttributeError, RecursionError)


def request_message(
    route: Route,
    path_values: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
) -> Message:
    """Returns the gRPC request message; raises Problem with the name of the invalid field, parameter or header."""
    message = message_factory.GetMessageClass(route.request_type)()
    if route.body:
        _set_body(route, message, body)
    for name, value in path_values.items():
        _set_field(message, name, route.path_params[name], value)
    query_values: dict[str, list[str]] = {}
    for name, value in query:
        if name not in route.query_params:
            raise Problem.field(name, UNKNOWN_FIELD)
        query_values.setdefault(name, []).append(value)
    for name, values in query_values.items():
        path = route.query_params[name]
        _set_field(message, name, path, _query_value(request_field(route, path), name, values))
    if route.is_idempotent:
        _set_field(message, "Idempotency-Key", "request_id", request_id_of(headers.get("idempotency-key")))
    if route.is_conditional and "if-match" in headers:
        _set_field(message, "If-Match", "etag", _etag_value(headers["if-match"]))
    return with_user_keys(message)


def with_user_keys(message: RequestT) -> RequestT:
    """Replaces the user ids of a request by their keys and returns it; raises Problem for two spellings of one user."""
    try:
        set_user_keys(message)
    except Invalid as error:
        raise Problem.field(_camel_case(error.violations[0].field), error.violations[0].why) from None
    return message


def request_id_of(idempotency_key: str | None) -> str:
    """Returns the Idempotency-Key, or a new id if the header is missing; raises Problem if it is not a UUID."""
    if idempotency_key is None:
        return new_id()
    try:
        return str(uuid.UUID(idempotency_key))
    except ValueError:
        raise Problem.field("Idempotency-Key", "must be a UUID", reason="IDEMPOTENCY_KEY_INVALID") from None


def response_json(message: Message) -> dict[str, Any]:
    """Returns a response as JSON in camelCase, with fields that have their default value."""
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)


def field_value(message: Message, path: str) -> str:
    """Returns the field at a dotted path as a string."""
    return str(reduce(getattr, path.split("."), message))


def rest_field_path(route: Route, path: str) -> str:
    """Returns the REST name of a field of the gRPC request: a parameter, a header, a form part or a body field."""
    path = path.removeprefix("header.") if route.is_upload else path
    for name, field_path in (*route.path_params.items(), *route.query_params.items()):
        if path == field_path or path.startswith(f"{field_path}["):
            return name + _camel_case(path[len(field_path) :])
    if route.is_upload:
        return "audio" if path == "chunk" else _camel_case(path)
    if path in ("request_id", "etag"):
        return {"request_id": "Idempotency-Key", "etag": "If-Match"}[path]
    return _camel_case(path.removeprefix(f"{route.body}."))


def _camel_case(path: str) -> str:
    """Returns a field path in the spelling of JSON. Text in brackets, such as a map key, stays unchanged."""
    parts = re.split(r"(\[[^\]]*\])", path)
    return "".join(
        part if part.startswith("[") else re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), part) for part in parts
    )


def _etag_value(if_match: str) -> str:
    return "" if if_match.strip() == "*" else if_match.strip().removeprefix("W/").strip('"')


def _set_body(route: Route, message: Message, body: bytes) -> None:
    prefix = f"{route.body}." if route.is_upload else ""
    content = _parse_object(body, prefix.removesuffix("."))
    target = message
    if route.body == WHOLE_REQUEST:
        for name in (*_NOT_IN_BODY, *(path for pair in route.path_params.items() for path in pair)):
            if name in content:
                raise Problem.field(name, UNKNOWN_FIELD)
    else:
        target = getattr(message, route.body)
        target.SetInParent()
    check_counts(target, content, prefix)
    try:
        json_format.ParseDict(content, target)
    except _PROTO_JSON_ERRORS as error:
        raise _body_problem(str(error), prefix) from None


def _parse_object(text: str | bytes, name: str) -> dict[str, Any]:
    """Returns a JSON object; `name` is the form part or the parameter that contains it, empty for the body."""
    subject = name or "The body"
    errors = [FieldViolation(name, "is not a JSON object")] if name else []
    try:
        content = json.loads(text, parse_constant=_reject_constant)
    except _JSON_ERRORS:
        raise Problem(400, "MALFORMED_JSON", f"{subject} is not valid JSON.", errors=errors) from None
    if not isinstance(content, dict):
        raise Problem(400, "MALFORMED_JSON", f"{subject} is not a JSON object.", errors=errors)
    return content


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _body_problem(parser_message: str, prefix: str = "") -> Problem:
    """Returns the problem of an invalid body. The parser's message contains values and type names: it is not sent."""
    unknown = _UNKNOWN_FIELD_PATH.search(parser_message)
    if unknown:
        parent = f"{unknown[2]}." if unknown[2] else ""
        return Problem.field(prefix + parent + unknown[1][:100], UNKNOWN_FIELD)
    value = _VALUE_PATH.search(parser_message)
    path = value[1] if value else ".".join(_PARSE_FAILURE_PATH.findall(parser_message))
    return Problem.field(prefix + path if path else prefix.removesuffix(".") or "body", WRONG_TYPE)


def _query_value(field: FieldDescriptor, name: str, values: list[str]) -> Any:
    if is_repeated_message(field):
        return [_parse_object(text, f"{name}[{index}]") for index, text in enumerate(values)]
    if field.is_repeated:
        return values
    if len(values) > 1:
        raise Problem.field(name, "must occur only once")
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "false": False}.get(values[0], values[0])
    return values[0]


def _set_field(message: Message, name: str, path: str, value: Any) -> None:
    """Sets the field at a dotted path; `name` is the parameter or header of the value."""
    *parents, last = path.split(".")
    target = reduce(getattr, parents, message)
    try:
        json_format.ParseDict({last: value}, target)
    except _PROTO_JSON_ERRORS as error:
        if value and isinstance(value, list) and isinstance(value[0], dict):
            raise _body_problem(str(error)) from None
        field = target.DESCRIPTOR.fields_by_name[last]
        raise Problem.field(name, enum_rule(field) if field.enum_type is not None else WRONG_TYPE) from None
