"""Middleware of every request: request id, caller, rate limit, security headers, errors, metrics and log line."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.callers.request_rates import RequestRates
from gateway.callers.verification import Verifier
from gateway.http.metrics import OTHER, record_request, route_label
from gateway.http.problems import Problem, problem_from_radiant_error
from kit.auth.tokens import Principal
from kit.errors import RadiantError, Unauthenticated
from kit.ids import new_id
from kit.rpc.connections.peers import network_of
from kit.telemetry import logs
from kit.telemetry.log_limit import LimitedLog

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,100}")
_CALLER = "gateway.caller"
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-site",
}
TRANSPORT_SECURITY = {"strict-transport-security": "max-age=31536000"}
"""HSTS (RFC 6797) for one year, without subdomains, which may be other applications."""


def caller_of(request: HTTPConnection) -> Principal:
    """Returns the verified caller of a request; raises the error of the verification, such as Unauthenticated."""
    caller = request.scope.get(_CALLER)
    if isinstance(caller, Principal):
        return caller
    raise caller if isinstance(caller, RadiantError) else Unauthenticated()


class RequestMiddleware:
    """Wraps the application. Pure ASGI, because Starlette's BaseHTTPMiddleware buffers responses."""

    def __init__(
        self,
        app: ASGIApp,
        verifier: Verifier,
        rates: Mapping[str, RequestRates],
        templates: Mapping[int, str],
        has_tls: bool,
    ) -> None:
        """Callers are verified and the limits of `rates` apply below its keys, which are path prefixes.

        `templates` is the result of metrics.path_templates. `has_tls` states that clients use TLS.
        """
        self._security_headers = SECURITY_HEADERS | (TRANSPORT_SECURITY if has_tls else {})
        self._app, self._verifier, self._rates = app, verifier, rates
        self._templates = templates
        self._limited_log = LimitedLog(log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, started, status = Headers(scope=scope), time.perf_counter(), 0
        given_id = headers.get("x-request-id", "")
        request_id = given_id if _REQUEST_ID.fullmatch(given_id) else new_id()
        logs.request_id.set(request_id)
        logs.tenant.set("")  # asyncio may copy the context of an earlier request of the connection

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["x-request-id"] = request_id
                for name, value in self._security_headers.items():
                    out.setdefault(name, value)
                out.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._admit(scope, headers)
            await self._app(scope, receive, send_with_headers)
        except Problem as problem:
            await problem.response(Request(scope).url.path)(scope, receive, send_with_headers)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:
            error_id = new_id()
            log.error("request failed", exc_info=error, extra={"fields": {"error_id": error_id}})
            if status:  # the response has started: its status cannot change any more
                raise
            failure = Problem(500, "INTERNAL", "An internal error occurred.", error_id=error_id)
            await failure.response(Request(scope).url.path)(scope, receive, send_with_headers)
        finally:
            self._log_request(scope, status or 500, time.perf_counter() - started)

    def _log_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Records metrics and the log line. Logs the declared path, because a path may contain a user id.

        Lines of callers who are not verified are limited by route and status.
        """
        route = route_label(scope, self._templates)
        record_request(route, scope["method"], status, seconds)
        target = {"path": scope["path"][:200]} if route == OTHER else {"route": route}
        fields = {"method": scope["method"][:20], **target, "status": status, "seconds": round(seconds, 6)}
        if isinstance(scope.get(_CALLER), Principal):
            log.info("request", extra={"fields": fields})
        else:
            self._limited_log.info("request", f"{route} {status}", fields)

    async def _admit(self, scope: Scope, headers: Headers) -> None:
        """Verifies the caller and counts the request; raises Problem if a rate limit is exceeded.

        A caller who is not verified is not rejected here: the endpoint decides by `caller_of`.
        """
        rates = next((each for prefix, each in self._rates.items() if scope["path"].startswith(prefix)), None)
        if rates is None:
            return
        caller: Principal | None = None
        host = scope["client"][0] if scope.get("client") else ""
        try:
            network = network_of(host) or host
            scope[_CALLER] = caller = await self._verifier.verify(headers.get("authorization", ""), network)
        except RadiantError as error:
            scope[_CALLER] = error
        else:
            logs.tenant.set(caller.tenant_id)
        try:
            rates.count(caller, host)
        except RadiantError as error:
            raise problem_from_radiant_error(error) from None
