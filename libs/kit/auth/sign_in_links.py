"""One-time links to the development sign-in of the console, signed with the key of development tokens.

Other users of the machine can reach the console on its loopback address. Development sign-in therefore requires a
cookie, which a browser obtains with a link that only the owner of the data folder can create.
"""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any

import jwt

LINK_LIFE = timedelta(hours=12)
BROWSER_LIFE = timedelta(days=30)
PARAMETER = "code"
"""Query parameter of the sign-in page with the code of a link."""
_LINK, _BROWSER = "radiant-console-link", "radiant-console-browser"


def sign_in_code(key: str) -> str:
    """Returns a new code, which can be redeemed once within LINK_LIFE."""
    return _signed(key, _LINK, LINK_LIFE)


class SignInCodes:
    """Redeems codes for the cookie of a browser. Codes that were created before this object are rejected."""

    def __init__(self, key: str) -> None:
        """Takes the key of development tokens."""
        self._key, self._created_at_s = key, time.time()
        self._end_s_by_used_id: dict[str, float] = {}

    def redeem(self, code: str) -> str | None:
        """Returns the value of the browser's cookie; None for a code that is invalid, expired or already used."""
        claims = _claims(code, self._key, _LINK)
        if claims is None or claims["created"] < self._created_at_s or claims["jti"] in self._end_s_by_used_id:
            return None
        now = time.time()
        self._end_s_by_used_id = {each: end_s for each, end_s in self._end_s_by_used_id.items() if end_s > now}
        self._end_s_by_used_id[claims["jti"]] = float(claims["exp"])
        return _signed(self._key, _BROWSER, BROWSER_LIFE)

    def is_known_browser(self, cookie: str) -> bool:
        """Returns whether the cookie is the result of a redeemed code and has not expired."""
        return _claims(cookie, self._key, _BROWSER) is not None


def _signed(key: str, audience: str, life: timedelta) -> str:
    now = time.time()
    claims = {"aud": audience, "jti": secrets.token_urlsafe(16), "created": now, "exp": now + life.total_seconds()}
    return jwt.encode(claims, key, algorithm="HS256")


def _claims(token: str, key: str, audience: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=audience,
            options={"require": ["aud", "jti", "created", "exp"]},
        )
    except jwt.InvalidTokenError:
        return None
    return found
