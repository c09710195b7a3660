"""Serves the OpenAPI document."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.responses import encode_json, json_response, weak_etag
from gateway.openapi.document import document

DOCUMENT_PATH = "/api/openapi.json"


def document_endpoint() -> Route:
    """Returns the Starlette route of the document, which is encoded once."""
    content = encode_json(document())
    etag = weak_etag(content)

    async def handle(request: Request) -> Response:
        return json_response(request, content, etag, 200)

    return Route(DOCUMENT_PATH, handle, methods=["GET"])
