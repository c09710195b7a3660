"""The endpoints of the table: a request is read, its call is made, the answer is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from gateway.http.body import json_body, linger
from gateway.http.decode import json_of, message_of, value_at
from gateway.http.problems import Problem
from gateway.http.service_calls import Calls
from gateway.http.upload import parts_of
from gateway.routes import PREFIX, Route
from gateway.settings import HttpLimits

LINES = "application/jsonl"
"""One JSON object a line."""
_VARY = {"vary": "authorization"}


def endpoint(path: str, table: Mapping[str, Route], calls: Calls, limits: HttpLimits) -> Endpoint:
    """Returns the endpoint of one path, its routes by method."""

    async def answer(request: Request) -> Response:
        route = table["GET" if request.method == "HEAD" else request.method]
        try:
            return await _answered(route, request, calls, limits)
        except Problem as problem:
            if problem.status == 409 and route.conditional and "if-match" in request.headers:
                problem.status = 412
            raise

    # Names of outputs, users and conversations may hold a slash.
    template = path
    for name in {name for route in table.values() for name in route.in_path}:
        template = template.replace(f"{{{name}}}", f"{{{name}:path}}")
    return Endpoint(PREFIX + template, answer, methods=list(table))


async def _answered(route: Route, request: Request, calls: Calls, limits: HttpLimits) -> Response:
    authorization = request.headers.get("authorization", "")

    def message(body: bytes) -> Message:
        names = {name: request.path_params[name] for name in route.in_path}
        return message_of(route, names, request.query_params.multi_items(), request.headers, body)

    if route.upload:
        try:
            found = await calls.send(route, parts_of(route, request, limits, message), authorization)
        except Problem:
            await linger(request)
            raise
    elif route.listing:
        return await _lines(request, calls.take(route, message(b""), authorization))
    else:
        body = await json_body(request, limits) if route.body else b""
        found = await calls.make(route, message(body), authorization)
    tag = f'"{value_at(found, route.etag)}"' if route.etag else ""
    content = written(json_of(found))
    if not tag and route.tagged:
        tag = digest_tag(content)
    return tagged(request, content, tag, route.success)


async def _lines(request: Request, records: AsyncGenerator[Message, None]) -> Response:
    """Answers with a record a line; what is refused is refused before the first."""
    first = await anext(records, None)
    if request.method == "HEAD":
        await records.aclose()
        return Response(headers=_VARY, media_type=LINES)

    async def lines() -> AsyncIterator[bytes]:
        if first is not None:
            yield written(json_of(first)) + b"\n"
            async for record in records:
                yield written(json_of(record)) + b"\n"

    return StreamingResponse(lines(), headers=_VARY, media_type=LINES)


def written(content: object) -> bytes:
    """Returns JSON as it is sent."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def digest_tag(content: bytes) -> str:
    """Returns a weak ETag of the content."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def tagged(request: Request, content: bytes, tag: str, status: int) -> Response:
    """Returns an answer of JSON; 304 without it where the caller has it by its tag."""
    headers = dict(_VARY)
    if tag:
        headers |= {"etag": tag, "cache-control": "private, no-cache"}
        if request.method in ("GET", "HEAD") and _matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
    return Response(content, status, headers, "application/json")


def _matches(wanted: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in wanted.split(",")]
    return tags == ["*"] or tag.removeprefix("W/") in tags
