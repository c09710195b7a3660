"""Serves the widget's script to every page that wants it, and the demonstration page."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "/widget"
SCRIPT = "radiant-feedback.js"
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
"""What the demonstration page may do; the widget needs no more than this."""

_HERE = Path(__file__).parent
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_PUBLIC = {
    "cache-control": "public, max-age=300, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
_PAGE = {"cache-control": "no-cache", "content-security-policy": PAGE_POLICY}


def widget_routes() -> list[Route]:
    """Returns the routes of the script and of the page at /widget/ with its parts; the files are read once."""
    page = _HERE / "page"
    return [
        _file(f"{PREFIX}/{SCRIPT}", _HERE / SCRIPT, _PUBLIC),
        _file(f"{PREFIX}/", page / "index.html", _PAGE),
        _file(f"{PREFIX}/demo.css", page / "demo.css", _PAGE),
        _file(f"{PREFIX}/demo.js", page / "demo.js", _PAGE),
    ]


def _file(path: str, file: Path, headers: Mapping[str, str]) -> Route:
    plain = file.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    digest = hashlib.sha256(plain).hexdigest()[:32]
    always = {
        **headers,
        "content-type": _KINDS[file.suffix],
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }

    async def answer(request: Request) -> Response:
        wants_packed = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'"{digest}-gz"' if wants_packed else f'"{digest}"'
        fitting = {**always, "etag": tag}
        if tag in [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=fitting)
        if wants_packed:
            return Response(packed, headers={**fitting, "content-encoding": "gzip"})
        return Response(plain, headers=fitting)

    return Route(path, answer, methods=["GET"])
