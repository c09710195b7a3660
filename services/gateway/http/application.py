"""The ASGI application: routes, middleware, health check, and problem documents for requests without a route."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.callers.request_rates import RequestRates
from gateway.callers.verification import Verifier
from gateway.http import problems
from gateway.http.connections.protocol import HEALTH_PATH
from gateway.http.metrics import path_templates
from gateway.http.middleware import RequestMiddleware
from gateway.http.problems import Problem
from gateway.http.settings import HttpSettings
from kit.errors import RadiantError

CORS_MAX_AGE_S = 600
_UNMATCHED = {
    404: ("NO_SUCH_PATH", "No resource exists at this path."),
    405: ("NO_SUCH_METHOD", "The path does not support this method. The Allow header lists the supported methods."),
}
_CORS_REQUEST_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
_CORS_RESPONSE_HEADERS = ["date", "etag", "retry-after", "www-authenticate", "x-request-id"]
"""Headers that scripts of other origins may read: the widget corrects its clock by `date`."""


def asgi_application(
    routes: Sequence[BaseRoute],
    settings: HttpSettings,
    *,
    rates: Mapping[str, RequestRates],
    cors_methods: Collection[str],
    verifier: Verifier,
) -> Starlette:
    """Returns the application of the routes and the health check.

    Routes may raise Problem or RadiantError and may set their own security headers. Below the path prefixes of
    `rates`, callers are verified and the rate limits apply. `cors_methods` are the methods that pages of other origins
    may use.
    """
    routes = [*routes, Route(HEALTH_PATH, _health, methods=["GET"])]
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, rates, cors_methods, routes, verifier),
        exception_handlers={
            Problem: problems.problem_response,
            RadiantError: problems.radiant_error_response,
            HTTPException: _unmatched,
        },
    )
    app.router.redirect_slashes = False
    return app


def _middleware(
    settings: HttpSettings,
    rates: Mapping[str, RequestRates],
    cors_methods: Collection[str],
    routes: Sequence[BaseRoute],
    verifier: Verifier,
) -> list[Middleware]:
    middleware = [
        Middleware(
            RequestMiddleware,
            verifier=verifier,
            rates=rates,
            templates=path_templates(routes),
            has_tls=settings.tls.is_used,
        )
    ]
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=sorted(cors_methods),
            allow_headers=_CORS_REQUEST_HEADERS,
            expose_headers=_CORS_RESPONSE_HEADERS,
            max_age=CORS_MAX_AGE_S,
        )
        middleware.insert(0, cors)
    return middleware


async def _health(request: Request) -> Response:
    return Response(b'{"status":"serving"}', media_type="application/json")


async def _unmatched(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    reason, detail = _UNMATCHED.get(error.status_code, ("REFUSED", "The server rejected the request."))
    return Problem(error.status_code, reason, detail, headers=error.headers).response(request.url.path)
