"""The endpoints of the route table: convert the request, make the gRPC call, send the response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf import message_factory
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from gateway.callers.tenant_limits import Admission, TenantLimits, tenant_key
from gateway.http.body import drain_body, read_json_body
from gateway.http.middleware import caller_of
from gateway.http.problems import Problem
from gateway.http.responses import VARY, encode_json, json_response, weak_etag
from gateway.http.settings import HttpLimits
from gateway.routes import PREFIX, ROUTES, Route
from gateway.routes.json.convert import field_value, request_message, response_json
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.upload import upload_messages
from gateway.workers.pool import WorkerPool

IMMEDIATE_BYTES_MAX = 4096
"""Largest body that is converted in the event loop. It takes at most 4 ms."""
IMMEDIATE_RESPONSE_BYTES_MAX = 16 * 1024
"""Largest response message that is converted in the event loop."""
_HEADERS = ("idempotency-key", "if-match")
_ROUTES = {(route.method, route.path): route for route in ROUTES}
JSON_LINES = "application/jsonl"
"""Media type of streams: one JSON object on each line."""


class Conversion:
    """Converts bodies and responses: small ones in the event loop, larger ones in the worker pool."""

    def __init__(self, pool: WorkerPool) -> None:
        """Takes the open pool."""
        self._pool = pool

    async def request(self, route: Route, request: Request, body: bytes, tenant: str) -> Message:
        """Returns the gRPC request message; raises Problem."""
        path_values = {name: request.path_params[name] for name in route.path_params}
        query = request.query_params.multi_items()
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        if len(body) <= IMMEDIATE_BYTES_MAX:
            return request_message(route, path_values, query, headers, body)
        name = (route.method, route.path)
        content = await self._pool.run(tenant, len(body), _request_content, name, path_values, query, headers, body)
        return message_factory.GetMessageClass(route.request_type).FromString(content)

    async def response(self, route: Route, message: Message, tenant: str) -> bytes:
        """Returns a response message as JSON."""
        if (size := message.ByteSize()) <= IMMEDIATE_RESPONSE_BYTES_MAX:
            return encode_json(response_json(message))
        name = (route.method, route.path)
        return await self._pool.run(tenant, size, _response_content, name, message.SerializeToString())


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Dependencies of the endpoints."""

    calls: ServiceCalls
    limits: HttpLimits
    conversion: Conversion
    tenants: TenantLimits


def rest_endpoints(calls: ServiceCalls, limits: HttpLimits, pool: WorkerPool) -> list[Endpoint]:
    """Returns the Starlette routes of the REST API, one for each path."""
    tenants = TenantLimits(
        requests_max=limits.requests_max,
        tenant_requests_max=limits.tenant_requests_max,
        tenant_bytes_max=limits.tenant_bytes_max,
    )
    rest = Dependencies(calls, limits, Conversion(pool), tenants)
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    return [_endpoint(path, by_method, rest) for path, by_method in by_path.items()]


def _endpoint(path: str, by_method: Mapping[str, Route], rest: Dependencies) -> Endpoint:
    async def handle(request: Request) -> Response:
        route = by_method["GET" if request.method == "HEAD" else request.method]
        try:
            return await _response(route, request, rest)
        except Problem as problem:
            if problem.status == 409 and route.is_conditional and "if-match" in request.headers:
                problem.status = 412
            raise

    # The ids of outputs, users and conversations may contain a slash.
    template = path
    for name in {name for route in by_method.values() for name in route.path_params}:
        template = template.replace(f"{{{name}}}", f"{{{name}:path}}")
    return Endpoint(PREFIX + template, handle, methods=list(by_method))


async def _response(route: Route, request: Request, rest: Dependencies) -> Response:
    tenant = tenant_key(caller_of(request))
    if route.is_stream:
        message = await rest.conversion.request(route, request, b"", tenant)
        return await _stream_response(request, rest.calls.stream(route, message, _authorization(request)))
    if route.body or route.is_upload:
        with rest.tenants.admit(tenant) as admission:
            answer = await _call_with_body(route, request, rest, tenant, admission)
    else:
        answer = await rest.calls.call(
            route, await rest.conversion.request(route, request, b"", tenant), _authorization(request)
        )
    etag = f'"{field_value(answer, route.etag_field)}"' if route.etag_field else ""
    content = await rest.conversion.response(route, answer, tenant)
    if not etag and route.has_digest_etag:
        etag = weak_etag(content)
    return json_response(request, content, etag, route.success_status)


async def _call_with_body(
    route: Route, request: Request, rest: Dependencies, tenant: str, admission: Admission
) -> Message:
    if not route.is_upload:
        body = await read_json_body(request, rest.limits, admission)
        message = await rest.conversion.request(route, request, body, tenant)
        return await rest.calls.call(route, message, _authorization(request))

    async def header(description: bytes) -> Message:
        return await rest.conversion.request(route, request, description, tenant)

    try:
        messages = upload_messages(route, request, rest.limits, header)
        return await rest.calls.upload(route, messages, _authorization(request))
    except Problem:
        await drain_body(request)
        raise


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


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


def _request_content(
    name: tuple[str, str],
    path_values: dict[str, str],
    query: Sequence[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
) -> bytes:
    return request_message(_ROUTES[name], path_values, query, headers, body).SerializeToString()


def _response_content(name: tuple[str, str], content: bytes) -> bytes:
    message_class = message_factory.GetMessageClass(_ROUTES[name].rpc_descriptor.output_type)
    return encode_json(response_json(message_class.FromString(content)))
