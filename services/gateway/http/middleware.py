"""Middleware of every request: request id, rate limit, security headers, error responses, metrics and log line."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Mapping
from datetime import timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.metrics import OTHER, record_request, route_label
from gateway.http.problems import Problem
from kit.ids import new_id
from kit.rate_limit import RateLimiter
from kit.telemetry import logs

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,100}")
SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-site",
}
TRANSPORT_SECURITY = {"strict-transport-security": "max-age=31536000"}
"""HSTS (RFC 6797) for one year, without subdomains, which may be other applications."""


def caller_key(authorization: str, host: str) -> bytes:
    """Returns a digest that identifies a caller: of the Authorization header, or of the host if there is none.

    Claims of the token are not used, because they are not verified here: with a forged token, one caller could
    exhaust the limit of another.
    """
    return hashlib.sha256((f"token {authorization}" if authorization else f"host {host}").encode()).digest()


class RequestMiddleware:
    """Wraps the application. Pure ASGI, because Starlette's BaseHTTPMiddleware buffers responses."""

    def __init__(
        self,
        app: ASGIApp,
        rate_limiter: RateLimiter[bytes],
        requests_per_s: float,
        rate_limited_paths: tuple[str, ...],
        templates: Mapping[int, str],
        has_tls: bool,
    ) -> None:
        """`rate_limiter` applies below the path prefixes `rate_limited_paths`; `requests_per_s` is its rate.

        `templates` is the result of metrics.path_templates. `has_tls` states that clients use TLS.
        """
        self._security_headers = SECURITY_HEADERS | (TRANSPORT_SECURITY if has_tls else {})
        self._app, self._rate_limiter, self._requests_per_s = app, rate_limiter, requests_per_s
        self._rate_limited_paths, self._templates = rate_limited_paths, templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, started, status = Headers(scope=scope), time.perf_counter(), 0
        given_id = headers.get("x-request-id", "")
        request_id = given_id if _REQUEST_ID.fullmatch(given_id) else new_id()
        logs.request_id.set(request_id)

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
            self._check_rate_limit(scope, headers)
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
        """Records metrics and the log line. Logs the declared path, because a path may contain a user id."""
        route = route_label(scope, self._templates)
        record_request(route, scope["method"], status, seconds)
        target = {"path": scope["path"][:200]} if route == OTHER else {"route": route}
        fields = {"method": scope["method"], **target, "status": status, "seconds": round(seconds, 6)}
        log.info("request", extra={"fields": fields})

    def _check_rate_limit(self, scope: Scope, headers: Headers) -> None:
        if not scope["path"].startswith(self._rate_limited_paths):
            return
        host = scope["client"][0] if scope.get("client") else ""
        wait_s = self._rate_limiter.wait_s(caller_key(headers.get("authorization", ""), host))
        if wait_s:
            detail = (
                f"The caller exceeded its limit of {self._requests_per_s:g} requests per second. "
                f"Retry after {wait_s:.3g} s."
            )
            raise Problem(429, "RATE_LIMITED", detail, retry_after=timedelta(seconds=wait_s))
