"""From an HTTP request to the message of a call, and from its answer to JSON: the proto JSON mapping both ways."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from gateway.http.problems import Problem
from gateway.routes import WHOLE, Route
from kit.errors import FieldViolation
from kit.ids import new_id

WRONG_KIND = "is not a value of this field's type"
UNKNOWN = "is not known here"
_HEADERS = ("request_id", "tenant_id", "requestId", "tenantId")
_INSIDE = re.compile(r"Failed to parse (\w+) field: ")
_STRANGE = re.compile(r'has no field named "(.*?)" at "[^".]*\.?(.*?)"', re.DOTALL)
_NOT_JSON = (ValueError, RecursionError)
_NOT_PROTO = (json_format.ParseError, ValueError, TypeError, AttributeError, RecursionError)


def camel(path: str) -> str:
    """Returns a field's path as JSON spells it; what stands in brackets stays."""
    parts = re.split(r"(\[[^\]]*\])", path)
    return "".join(
        part if part.startswith("[") else re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), part) for part in parts
    )


def field_at(route: Route, path: str) -> FieldDescriptor:
    """Returns the field of the route's request at a dotted path."""
    *above, last = path.split(".")
    kind = route.request
    for name in above:
        kind = kind.fields_by_name[name].message_type or kind
    return kind.fields_by_name[last]


def is_record(field: FieldDescriptor) -> bool:
    """Tells whether a parameter of the query repeats a message, each as a JSON object."""
    return field.is_repeated and field.message_type is not None


def message_of(
    route: Route, in_path: Mapping[str, str], query: Sequence[tuple[str, str]], headers: Mapping[str, str], body: bytes
) -> Message:
    """Returns the message of the call; raises Problem naming what cannot be read."""
    message = message_factory.GetMessageClass(route.request)()
    if route.body:
        _take_body(route, message, body)
    for name, value in in_path.items():
        _put(message, name, route.in_path[name], value)
    values: dict[str, list[str]] = {}
    for name, value in query:
        if name not in route.in_query:
            raise Problem.field(name, UNKNOWN)
        values.setdefault(name, []).append(value)
    for name, given in values.items():
        _put(message, name, route.in_query[name], _value(field_at(route, route.in_query[name]), name, given))
    if route.idempotent:
        _put(message, "Idempotency-Key", "request_id", request_id_of(headers.get("idempotency-key")))
    if route.conditional and "if-match" in headers:
        _put(message, "If-Match", "etag", _seen(headers["if-match"]))
    return message


def request_id_of(key: str | None) -> str:
    """Returns the caller's key, or a new one without any; raises Problem naming the header for what is no UUID."""
    if key is None:
        return new_id()
    try:
        return str(uuid.UUID(key))
    except ValueError:
        raise Problem.field("Idempotency-Key", "must be a UUID", reason="IDEMPOTENCY_KEY_INVALID") from None


def json_of(message: Message) -> dict[str, Any]:
    """Returns an answer as JSON, in camelCase, zeros included."""
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)


def value_at(message: Message, path: str) -> str:
    """Returns the text at a dotted path of a message."""
    return str(reduce(getattr, path.split("."), message))


def spoken(route: Route, path: str) -> str:
    """Returns the name under which the caller knows a field of the call's request; of an upload, part and field."""
    path = path.removeprefix("header.") if route.upload else path
    for name, filled in (*route.in_path.items(), *route.in_query.items()):
        if path == filled or path.startswith(f"{filled}["):
            return name + camel(path[len(filled) :])
    if route.upload:
        return "audio" if path == "chunk" else camel(path)
    if path in ("request_id", "etag"):
        return {"request_id": "Idempotency-Key", "etag": "If-Match"}[path]
    return camel(path.removeprefix(f"{route.body}."))


def _seen(tag: str) -> str:
    return "" if tag.strip() == "*" else tag.strip().removeprefix("W/").strip('"')


def _take_body(route: Route, message: Message, body: bytes) -> None:
    within = f"{route.body}." if route.upload else ""
    content = _object(body, within.removesuffix("."))
    target = message
    if route.body == WHOLE:
        for name in (*_HEADERS, *(path for pair in route.in_path.items() for path in pair)):
            if name in content:
                raise Problem.field(name, UNKNOWN)
    else:
        target = getattr(message, route.body)
        target.SetInParent()
    try:
        json_format.ParseDict(content, target)
    except _NOT_PROTO as error:
        raise _refusal(str(error), within) from None


def _object(text: str | bytes, name: str) -> dict[str, Any]:
    """Reads a JSON object; `name` is that of the part or parameter, empty for the body."""
    what = name or "The body"
    errors = [FieldViolation(name, "is not a JSON object")] if name else []
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except _NOT_JSON:
        raise Problem(400, "MALFORMED_JSON", f"{what} is not valid JSON.", errors=errors) from None
    if not isinstance(content, dict):
        raise Problem(400, "MALFORMED_JSON", f"{what} is not a JSON object.", errors=errors)
    return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refusal(said: str, within: str = "") -> Problem:
    """Tells where a body is wrong; the parser's own words would repeat values and name our types."""
    strange = _STRANGE.search(said)
    if strange:
        above = f"{strange[2]}." if strange[2] else ""
        return Problem.field(within + above + strange[1][:100], UNKNOWN)
    inside = ".".join(_INSIDE.findall(said))
    return Problem.field(within + inside if inside else within.removesuffix(".") or "body", WRONG_KIND)


def _value(field: FieldDescriptor, name: str, given: list[str]) -> Any:
    if is_record(field):
        return [_object(text, f"{name}[{place}]") for place, text in enumerate(given)]
    if field.is_repeated:
        return given
    if len(given) > 1:
        raise Problem.field(name, "must be given once")
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "false": False}.get(given[0], given[0])
    return given[0]


def _put(message: Message, name: str, path: str, value: Any) -> None:
    *above, last = path.split(".")
    target = reduce(getattr, above, message)
    try:
        json_format.ParseDict({last: value}, target)
    except _NOT_PROTO as problem:
        if value and isinstance(value, list) and isinstance(value[0], dict):
            raise _refusal(str(problem)) from None
        error = FieldViolation(name, WRONG_KIND)
        raise Problem(400, "INVALID_ARGUMENT", f"{name}: {WRONG_KIND}", errors=[error]) from None
