"""What happens around every request: its id, the caller's pace, safe headers, and no failure without an answer."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.metrics import OTHER, count, route_of
from gateway.http.problems import Problem
from gateway.http.rate_limit import Pace, caller_key
from kit import logs
from kit.ids import new_id

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,100}")
SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-site",
}


class Boundary:
    """Wraps the application; pure ASGI, so that answers pass unbuffered."""

    def __init__(self, app: ASGIApp, pace: Pace, paced: tuple[str, ...], templates: Mapping[int, str]) -> None:
        """Takes what it wraps, the callers' pace, where it holds, and what metrics.templates returned."""
        self._app, self._pace, self._paced, self._templates = app, pace, paced, templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, begun, status = Headers(scope=scope), time.perf_counter(), 0
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
        logs.request_id.set(request_id)

        async def safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["x-request-id"] = request_id
                for name, value in SAFE_HEADERS.items():
                    out.setdefault(name, value)
                out.setdefault("cache-control", "no-store")
            await send(message)

        try:
            self._admit(scope, headers)
            await self._app(scope, receive, safely)
        except Problem as problem:
            await problem.response(Request(scope).url.path)(scope, receive, safely)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:
            error_id = new_id()
            log.error("request failed", exc_info=error, extra={"fields": {"error_id": error_id}})
            if status:  # the answer has begun; all that is left is to break it off
                raise
            failure = Problem(500, "INTERNAL", "Something went wrong inside the service.", error_id=error_id)
            await failure.response(Request(scope).url.path)(scope, receive, safely)
        finally:
            self._note(scope, status or 500, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Counts a request and writes its line; paths may name people, so a route is told by its template."""
        route = route_of(scope, self._templates)
        count(route, scope["method"], status, seconds)
        where = {"path": scope["path"][:200]} if route == OTHER else {"route": route}
        fields = {"method": scope["method"], **where, "status": status, "seconds": round(seconds, 6)}
        log.info("request", extra={"fields": fields})

    def _admit(self, scope: Scope, headers: Headers) -> None:
        if not scope["path"].startswith(self._paced):
            return
        host = scope["client"][0] if scope.get("client") else ""
        wait = self._pace.take(caller_key(headers.get("authorization", ""), host))
        if wait is not None:
            raise Problem(429, "RATE_LIMITED", "The caller asks faster than it may.", retry_after=wait)
