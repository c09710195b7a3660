"""Conversion of bodies and responses, in the event loop if they are small, else in the worker pool."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import message_factory
from google.protobuf.message import Message
from starlette.requests import Request

from gateway.http.responses import encode_json
from gateway.routes import ROUTES, Route
from gateway.routes.convert import request_message, response_json
from gateway.workers.pool import WorkerPool

IMMEDIATE_BYTES_MAX = 4096
"""Largest body that is converted in the event loop. It takes at most 4 ms."""
IMMEDIATE_RESPONSE_BYTES_MAX = 16 * 1024
"""Largest response message that is converted in the event loop."""
_HEADERS = ("idempotency-key", "if-match")
_ROUTES = {(route.method, route.path): route for route in ROUTES}


class Conversion:
    """Converts the requests and responses of callers."""

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
        content = await self._pool.run(tenant, len(body), _request, name, path_values, query, headers, body)
        return message_factory.GetMessageClass(route.request_type).FromString(content)

    async def response(self, route: Route, message: Message, tenant: str) -> bytes:
        """Returns a response message as JSON."""
        if (size := message.ByteSize()) <= IMMEDIATE_RESPONSE_BYTES_MAX:
            return encode_json(response_json(message))
        name = (route.method, route.path)
        return await self._pool.run(tenant, size, _response, name, message.SerializeToString())


def _request(
    name: tuple[str, str],
    path_values: dict[str, str],
    query: Sequence[tuple[str, str]],
    headers: dict[str, str],
    body: bytes,
) -> bytes:
    return request_message(_ROUTES[name], path_values, query, headers, body).SerializeToString()


def _response(name: tuple[str, str], content: bytes) -> bytes:
    message_class = message_factory.GetMessageClass(_ROUTES[name].rpc_descriptor.output_type)
    return encode_json(response_json(message_class.FromString(content)))
