"""The endpoints of the route table: convert the request, make the gRPC call, send the response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from gateway.http.body import drain_body, read_json_body
from gateway.http.problems import Problem
from gateway.http.responses import VARY, encode_json, json_response, weak_etag
from gateway.http.settings import HttpLimits
from gateway.routes import PREFIX, ROUTES, Route
from gateway.routes.convert import field_value, request_message, response_json
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.upload import upload_messages

JSON_LINES = "application/jsonl"
"""Media type of streams: one JSON object on each line."""


def rest_endpoints(calls: ServiceCalls, limits: HttpLimits) -> list[Endpoint]:
    """Returns the Starlette routes of the REST API, one for each path."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    return [_endpoint(path, by_method, calls, limits) for path, by_method in by_path.items()]


def _endpoint(path: str, by_method: Mapping[str, Route], calls: ServiceCalls, limits: HttpLimits) -> Endpoint:
    async def handle(request: Request) -> Response:
        route = by_method["GET" if request.method == "HEAD" else request.method]
        try:
            return await _response(route, request, calls, limits)
        except Problem as problem:
            if problem.status == 409 and route.is_conditional and "if-match" in request.headers:
                problem.status = 412
            raise

    # The ids of outputs, users and conversations may contain a slash.
    template = path
    for name in {name for route in by_method.values() for name in route.path_params}:
        template = template.replace(f"{{{name}}}", f"{{{name}:path}}")
    return Endpoint(PREFIX + template, handle, methods=list(by_method))


async def _response(route: Route, request: Request, calls: ServiceCalls, limits: HttpLimits) -> Response:
    authorization = request.headers.get("authorization", "")

    def message(body: bytes) -> Message:
        path_values = {name: request.path_params[name] for name in route.path_params}
        return request_message(route, path_values, request.query_params.multi_items(), request.headers, body)

    if route.is_upload:
        try:
            messages = upload_messages(route, request, limits, message)
            answer = await calls.upload(route, messages, authorization)
        except Problem:
            await drain_body(request)
            raise
    elif route.is_stream:
        return await _stream_response(request, calls.stream(route, message(b""), authorization))
    else:
        body = await read_json_body(request, limits) if route.body else b""
        answer = await calls.call(route, message(body), authorization)
    etag = f'"{field_value(answer, route.etag_field)}"' if route.etag_field else ""
    content = encode_json(response_json(answer))
    if not etag and route.has_digest_etag:
        etag = weak_etag(content)
    return json_response(request, content, etag, route.success_status)


async def _stream_response(request: Request, records: AsyncGenerator[Message, None]) -> Response:
    """Returns the records as JSON Lines. Waits for the first record, so that a rejected call gets an error status."""
    first = await anext(records, None)
    if request.method == "HEAD":
        await records.aclose()
        return Response(headers=VARY, media_type=JSON_LINES)

    async def lines() -> AsyncIterator[bytes]:
        if first is not None:
            yield encode_json(response_json(first)) + b"\n"
            async for record in records:
                yield encode_json(response_json(record)) + b"\n"

    return StreamingResponse(lines(), headers=VARY, media_type=JSON_LINES)
