"""JSON responses with entity tags."""

from __future__ import annotations

import hashlib
import json

from starlette.requests import Request
from starlette.responses import Response

VARY = {"vary": "authorization"}


def encode_json(content: object) -> bytes:
    """Returns compact JSON in UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def weak_etag(content: bytes) -> str:
    """Returns a weak entity tag: the first 128 bits of the content's SHA-256."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def json_response(request: Request, content: bytes, etag: str, status: int) -> Response:
    """Returns a JSON response; 304 without a body if the request's If-None-Match contains the tag.

    `etag` is a quoted entity tag, or empty for a response without one.
    """
    headers = dict(VARY)
    if etag:
        headers |= {"etag": etag, "cache-control": "private, no-cache"}
        if request.method in ("GET", "HEAD") and _is_match(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
    return Response(content, status, headers, "application/json")


def _is_match(if_none_match: str, etag: str) -> bool:
    """Returns whether If-None-Match contains the tag, by weak comparison (RFC 9110, section 8.8.3.2)."""
    tags = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tags == ["*"] or etag.removeprefix("W/") in tags
