"""The ASGI application: the table of routes as endpoints, and whatever else is mounted beside them."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Endpoint

from gateway.console.routes import Console
from gateway.http import problems
from gateway.http.metrics import templates
from gateway.http.middleware import Boundary
from gateway.http.problems import Problem
from gateway.http.rate_limit import Pace
from gateway.http.respond import digest_tag, endpoint, tagged, written
from gateway.http.service_calls import Calls
from gateway.openapi.document import document
from gateway.routes import PREFIX, ROUTES, Route
from gateway.settings import GatewaySettings
from kit.rpc.server import is_loopback

DOCUMENT_PATH, HEALTH_PATH = "/api/openapi.json", "/healthz"
CORS_MAX_AGE_S = 600
_REFUSALS = {404: ("NO_SUCH_PATH", "There is nothing at this path."), 405: ("NO_SUCH_METHOD", "Not by this method.")}
_SENT = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"]
_SHOWN = ["etag", "retry-after", "x-request-id"]


def application(
    settings: GatewaySettings,
    calls: Calls,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    paced: Sequence[str] = (),
) -> Starlette:
    """Returns the application over the calls.

    `extra_routes` are mounted beside the table; they may set safe headers of their own and raise Problem. Below the
    paths of `paced` callers are held to their pace as they are in the table.
    """
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    routes: list[BaseRoute] = [endpoint(path, table, calls, settings.limits) for path, table in by_path.items()]
    routes += [
        _described(),
        Endpoint(HEALTH_PATH, _healthy, methods=["GET"]),
        *_console(settings, calls).routes(),
        *extra_routes,
    ]
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, (PREFIX, *paced), routes),
        exception_handlers={Problem: problems.respond, HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return app


def _middleware(settings: GatewaySettings, paced: tuple[str, ...], routes: Sequence[BaseRoute]) -> list[Middleware]:
    limits = settings.limits
    pace = Pace(limits.requests_per_s, limits.burst, limits.callers_remembered_max)
    middleware = [Middleware(Boundary, pace=pace, paced=paced, templates=templates(routes))]
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
    return middleware


def _console(settings: GatewaySettings, calls: Calls) -> Console:
    has_development_sign_in = settings.development and is_loopback(settings.host)
    return Console(
        settings.console,
        calls,
        call_timeout=settings.limits.call_timeout,
        development_key=settings.token_key if has_development_sign_in else "",
        has_tls=bool(settings.tls.certificate) or settings.tls.proxied,
    )


def _described() -> Endpoint:
    content = written(document())
    tag = digest_tag(content)

    async def show(request: Request) -> Response:
        return tagged(request, content, tag, 200)

    return Endpoint(DOCUMENT_PATH, show, methods=["GET"])


async def _healthy(request: Request) -> Response:
    return Response(b'{"status":"serving"}', media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    reason, detail = _REFUSALS.get(error.status_code, ("REFUSED", "The request is refused."))
    return Problem(error.status_code, reason, detail, headers=error.headers).response(request.url.path)
