"""Serves the script of the widget to pages of every origin, and the demonstration page."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "/widget"
SCRIPT = "radiant-feedback.js"
DEBUG_SCRIPT = "radiant-feedback-debug.js"
"""Module that the script imports on pages of developers."""
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
"""Content security policy of the demonstration page; the widget works within it."""

_FOLDER = Path(__file__).parent
_CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_SCRIPT_HEADERS = {
    "cache-control": "public, max-age=300, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
_PAGE_HEADERS = {"cache-control": "no-cache", "content-security-policy": PAGE_POLICY}


def widget_routes() -> list[Route]:
    """Returns the Starlette routes of the script, the page at /widget/ and its assets. Each file is read once."""
    page = _FOLDER / "page"
    return [
        _file_route(f"{PREFIX}/{SCRIPT}", _FOLDER / SCRIPT, _SCRIPT_HEADERS, compact),
        _file_route(f"{PREFIX}/{DEBUG_SCRIPT}", _FOLDER / DEBUG_SCRIPT, _SCRIPT_HEADERS),
        _file_route(f"{PREFIX}/", page / "index.html", _PAGE_HEADERS),
        _file_route(f"{PREFIX}/demo.css", page / "demo.css", _PAGE_HEADERS),
        _file_route(f"{PREFIX}/demo.js", page / "demo.js", _PAGE_HEADERS),
    ]


def compact(script: str) -> str:
    """Returns the script of the widget without comment lines, indentation, and line ends and blanks that are optional.

    It relies on the form of this script: its texts contain none of the blanks that are removed, and `//` begins no
    comment.
    """
    script = re.sub(r"(?m)^/\*.*\*/\n", "", re.sub(r"(?m)^\s+", "", script))
    script = re.sub(r"(?<=[;{,(\[])\n|\n(?=[})\]])", "", script)
    script = re.sub(r" (=>|===|!==|&&|\|\||[+*<>]?=) ", r"\1", script)
    return script.replace("{ ", "{").replace(" }", "}")


def _file_route(path: str, file: Path, headers: Mapping[str, str], edit: Callable[[str], str] | None = None) -> Route:
    content = file.read_bytes()
    if edit is not None:
        content = edit(content.decode()).encode()
    compressed = gzip.compress(content, 9, mtime=0)
    digest = hashlib.sha256(content).hexdigest()[:32]
    common = {
        **headers,
        "content-type": _CONTENT_TYPES[file.suffix],
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }

    async def handle(request: Request) -> Response:
        accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
        etag = f'"{digest}-gz"' if accepts_gzip else f'"{digest}"'
        with_etag = {**common, "etag": etag}
        if etag in [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=with_etag)
        if accepts_gzip:
            return Response(compressed, headers={**with_etag, "content-encoding": "gzip"})
        return Response(content, headers=with_etag)

    return Route(path, handle, methods=["GET"])
