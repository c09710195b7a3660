"""Protection of forms against cross-site request forgery, and reading of their fields."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

from gateway.console.session.session import Session, Sessions
from gateway.http.body import stream_body
from gateway.http.problems import Problem

FORM_BYTES_MAX = 256 * 1024
FORM_FIELDS_MAX = 500
FORM_TIMEOUT = timedelta(seconds=15)
"""Time to receive a form."""
TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field


def require_same_site(request: Request) -> None:
    """Raises Problem (FOREIGN_FORM) when the Sec-Fetch-Site or Origin header names another site."""
    rejected = Problem(
        403, "FOREIGN_FORM", "The form was sent by another site. Open the page in the console and submit it there."
    )
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise rejected
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise rejected


def require_csrf_token(form: Mapping[str, Sequence[str]], session: Session, sessions: Sessions) -> None:
    """Raises Problem (FOREIGN_FORM) when the form does not contain the CSRF token of the session."""
    if not sessions.is_csrf_token(session, (form.get(TOKEN_FIELD) or [""])[0]):
        raise Problem(403, "FOREIGN_FORM", "The form belongs to an earlier session. Reload the page and submit again.")


async def read_form(request: Request) -> Mapping[str, Sequence[str]]:
    """Returns the fields of a URL-encoded form; raises Problem for another media type, and for a form over a limit."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/x-www-form-urlencoded.")
    body = bytearray()
    async with contextlib.aclosing(stream_body(request, FORM_TIMEOUT, FORM_TIMEOUT)) as parts:
        async for part in parts:
            body += part
            if len(body) > FORM_BYTES_MAX:
                raise Problem(413, "BODY_TOO_LARGE", f"The form must have at most {FORM_BYTES_MAX} bytes.")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        raise Problem(
            400, "BODY_MALFORMED", f"The form must be UTF-8 text with at most {FORM_FIELDS_MAX} fields."
        ) from None
