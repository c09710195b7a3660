"""Files that pages load: few, small, ours, or vendored with the hashes of vendor.json."""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.console.templating import static_bytes
from gateway.http.problems import Problem

NAMES = (
    "console.css",
    "console.js",
    "theme.js",
    "vendor/htmx.min.js",
    "vendor/htmx-sse.min.js",
    "vendor/echarts.min.js.gz",
)
PACKED = ".gz"
"""How large files are kept. All are sent so to whoever takes it; pages are not, for they hold secrets."""
YEAR_S = 31_536_000


@functools.cache
def version() -> str:
    """Returns a digest of all files, which stands in their addresses, so that browsers may keep them for a year."""
    digest = hashlib.sha256()
    for name in NAMES:
        digest.update(static_bytes(name))
    return digest.hexdigest()[:12]


def static_route() -> Route:
    """Returns the route of all files."""
    packed = {name.removesuffix(PACKED): _packed(name) for name in NAMES}

    async def give(request: Request) -> Response:
        name = request.path_params["name"]
        content = packed.get(name)
        if content is None:
            raise Problem(404, "NO_SUCH_PATH", "There is nothing at this path.")
        headers = {"cache-control": f"public, max-age={YEAR_S}, immutable", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, headers=headers, media_type=kind)

    return Route(f"/static/{version()}/{{name:path}}", give, methods=["GET"])


def _packed(name: str) -> bytes:
    content = static_bytes(name)
    return content if name.endswith(PACKED) else gzip.compress(content, 9, mtime=0)
