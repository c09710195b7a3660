"""What stands before every page: safe headers, the session, and proof that a form was sent from a page of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from gateway.console.session import COOKIE, Session, Sessions
from gateway.http.problems import Problem

FORM_BYTES_MAX = 256 * 1024
FORM_FIELDS_MAX = 500
FORM_KEY = "form_key"
HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def secured(response: Response) -> Response:
    """Returns the response with the headers of a page."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def session_of(request: Request, sessions: Sessions) -> Session | None:
    """Returns who is signed in, or None."""
    return sessions.unseal(request.cookies.get(COOKIE, ""))


def same_site(request: Request) -> None:
    """Raises Problem (FOREIGN_FORM) when another site made the browser send this."""
    refused = Problem(403, "FOREIGN_FORM", "The form was not sent from a page of this console.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise refused
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise refused


def genuine(form: Mapping[str, Sequence[str]], session: Session, sessions: Sessions) -> None:
    """Raises Problem (FOREIGN_FORM) when a form does not carry the session's key."""
    if not sessions.form_key_fits(session, (form.get(FORM_KEY) or [""])[0]):
        raise Problem(403, "FOREIGN_FORM", "The form has grown old; load the page again.")


async def form_of(request: Request) -> Mapping[str, Sequence[str]]:
    """Returns the fields of a form; raises Problem when it is no form or too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be a form.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES_MAX:
            raise Problem(413, "BODY_TOO_LARGE", f"The form must have at most {FORM_BYTES_MAX} bytes.")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        raise Problem(400, "BODY_MALFORMED", "The form cannot be read.") from None
