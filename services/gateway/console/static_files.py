"""Static files of the console. Third-party files are vendored; vendor.json lists their versions and hashes."""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.problems import Problem

FILE_NAMES = (
    "console.css",
    "console.js",
    "theme.js",
    "vendor/htmx.min.js",
    "vendor/htmx-sse.min.js",
    "vendor/echarts.min.js.gz",
)
GZIP_SUFFIX = ".gz"
"""Suffix of files that are stored compressed. Static files are served compressed. Pages are not compressed: they
contain secrets, which compression could reveal (BREACH)."""
MAX_AGE_S = 31_536_000


@functools.cache
def version() -> str:
    """Returns a digest of all files. It is part of their addresses, so that browsers may cache them for a year."""
    digest = hashlib.sha256()
    for name in FILE_NAMES:
        digest.update(_content(name))
    return digest.hexdigest()[:12]


def static_route() -> Route:
    """Returns the route of the static files."""
    compressed = {name.removesuffix(GZIP_SUFFIX): _compressed(name) for name in FILE_NAMES}

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        content = compressed.get(name)
        if content is None:
            raise Problem(404, "NO_SUCH_PATH", "There is no resource at this path.")
        headers = {"cache-control": f"public, max-age={MAX_AGE_S}, immutable", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, headers=headers, media_type=media_type)

    return Route(f"/static/{version()}/{{name:path}}", serve, methods=["GET"])


def _content(name: str) -> bytes:
    return files("gateway.console").joinpath("static", name).read_bytes()


def _compressed(name: str) -> bytes:
    content = _content(name)
    return content if name.endswith(GZIP_SUFFIX) else gzip.compress(content, 9, mtime=0)
