"""The ASGI application: the table of routes as endpoints."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Endpoint

from gateway import problems
from gateway.boundary import Boundary
from gateway.calls import Calls
from gateway.openapi.document import document
from gateway.pace import Pace
from gateway.problems import Problem
from gateway.reading import json_of, message_of, value_at
from gateway.routes import PREFIX, ROUTES, Route
from gateway.settings import GatewaySettings, HttpLimits
from gateway.widget.routes import widget_routes

DOCUMENT_PATH, HEALTH_PATH = "/api/openapi.json", "/healthz"
CORS_MAX_AGE_S = 600
_REFUSALS = {404: ("NO_SUCH_PATH", "There is nothing at this path."), 405: ("NO_SUCH_METHOD", "Not by this method.")}
_SENT = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"]
_SHOWN = ["etag", "retry-after", "x-request-id"]


def application(settings: GatewaySettings, calls: Calls) -> Starlette:
    """Returns the application over the calls."""
    limits = settings.limits
    pace = Pace(limits.requests_per_s, limits.burst, limits.callers_remembered_max)
    middleware = [Middleware(Boundary, pace=pace)]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=sorted({route.method for route in ROUTES}),
            allow_headers=_SENT,
            expose_headers=_SHOWN,
            max_age=CORS_MAX_AGE_S,
        )
        middleware.insert(0, cors)
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    endpoints = [_endpoint(path, table, calls, limits) for path, table in by_path.items()]
    app = Starlette(
        routes=[*endpoints, _described(), Endpoint(HEALTH_PATH, _healthy, methods=["GET"]), *widget_routes()],
        middleware=middleware,
        exception_handlers={Problem: problems.respond, HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(path: str, table: Mapping[str, Route], calls: Calls, limits: HttpLimits) -> Endpoint:
    async def answer(request: Request) -> Response:
        route = table["GET" if request.method == "HEAD" else request.method]
        body = await _body(request, limits) if route.body else b""
        names = {name: request.path_params[name] for name in route.in_path}
        message = message_of(route, names, request.query_params.multi_items(), request.headers, body)
        try:
            found = await calls.make(route, message, request.headers.get("authorization", ""))
        except Problem as problem:
            if problem.status == 409 and route.conditional and "if-match" in request.headers:
                problem.status = 412
            raise
        content = json.dumps(json_of(found), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        tag = f'"{value_at(found, route.etag)}"' if route.etag else ""
        if not tag and route.method == "GET" and not route.fresh:
            tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        return _answer(request, content, tag, route.success)

    # Names of outputs and conversations may hold a slash.
    template = path
    for name in {name for route in table.values() for name in route.in_path}:
        template = template.replace(f"{{{name}}}", f"{{{name}:path}}")
    return Endpoint(PREFIX + template, answer, methods=list(table))


def _answer(request: Request, content: bytes, tag: str, status: int) -> Response:
    headers = {"vary": "authorization"}
    if tag:
        headers |= {"etag": tag, "cache-control": "private, no-cache"}
        if request.method in ("GET", "HEAD") and _matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
    return Response(content, status, headers, "application/json")


def _matches(wanted: str, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in wanted.split(",")]
    return tags == ["*"] or tag.removeprefix("W/") in tags


async def _body(request: Request, limits: HttpLimits) -> bytes:
    kind, _, more = request.headers.get("content-type", "").partition(";")
    charset = more.replace('"', "").strip().lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.")
    told = request.headers.get("content-length", "")
    most = limits.body_bytes_max
    large = Problem(413, "BODY_TOO_LARGE", f"The body must have at most {most} bytes.")
    if told.isdecimal() and int(told) > most:
        raise large
    parts = bytearray()
    try:
        async with asyncio.timeout(limits.read_timeout.total_seconds()):
            async for part in request.stream():
                parts += part
                if len(parts) > most:
                    raise large
    except TimeoutError:
        raise Problem(408, "BODY_TOO_SLOW", "The body did not arrive in time.") from None
    except ClientDisconnect:
        raise Problem(499, "CANCELLED", "The caller went away.") from None
    return bytes(parts)


def _described() -> Endpoint:
    content = json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'

    async def show(request: Request) -> Response:
        return _answer(request, content, tag, 200)

    return Endpoint(DOCUMENT_PATH, show, methods=["GET"])


async def _healthy(request: Request) -> Response:
    return Response(b'{"status":"serving"}', media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    reason, detail = _REFUSALS.get(error.status_code, ("REFUSED", "The request is refused."))
    return Problem(error.status_code, reason, detail, headers=error.headers).response(request.url.path)
