"""Sessions: the token of the signed-in user in an encrypted cookie. Services verify the token on every call."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request

from kit.auth.tokens import ROLES

COOKIE_NAME = "radiant_session"
COOKIE_CHARACTERS_MAX = 3800
"""Browsers limit a cookie to 4096 bytes with its name and attributes."""
CONSOLE_ROLES = ("expert", "admin", "operator")
"""Roles that may use the console."""


class TokenRejectedError(ValueError):
    """The token cannot be used for a session of the console."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user."""

    token: str
    """Bearer token for calls to the services."""
    subject: str
    tenant: str
    """Empty for an operator of all tenants, who selects a tenant on each page."""
    roles: frozenset[str]
    nonce: str
    """Random value from which the CSRF token is derived."""
    expires_at_s: float
    """Unix time in seconds."""

    def has_any_role(self, roles: frozenset[str]) -> bool:
        """Returns whether the user has one of the roles."""
        return bool(self.roles & roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Names of the token claims with the tenant and the roles."""

    tenant: str = "tenant"
    roles: str = "roles"
    role_map: Mapping[str, str] = field(default_factory=lambda: {role: role for role in ROLES})
    """Role of the suite by role of the token."""


class Sessions:
    """Encrypts sessions into cookies and decrypts them. Gateways with the same secret accept each other's cookies."""

    def __init__(self, secret: str, session_life: timedelta, claims: Claims | None = None) -> None:
        """Takes the secret, a text of any length. An empty secret is replaced by a random one of this process."""
        key = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()) if secret else Fernet.generate_key()
        self._fernet, self._key, self._life_s = Fernet(key), key, session_life.total_seconds()
        self._claims = claims or Claims()

    def from_token(self, token: str, nonce: str) -> Session:
        """Returns a session for the subject of the token.

        The signature is not verified here: the token was just issued, and the services verify it on every call. The
        claims only decide what the pages display. Raises TokenRejectedError when the token is not a JWT, lacks a claim
        or has no role that may use the console.
        """
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise TokenRejectedError("It is not a JWT.") from None
        tenant, roles = _claim(claims, self._claims.tenant) or "", _claim(claims, self._claims.roles) or []
        if not isinstance(tenant, str) or not isinstance(roles, list) or not isinstance(claims.get("sub"), str):
            raise TokenRejectedError(
                f"It needs the claims sub (text), {self._claims.tenant} (text) and {self._claims.roles} (list)."
            )
        role_map = self._claims.role_map
        held = frozenset(role_map[str(role)] for role in roles if str(role) in role_map)
        if not held & set(CONSOLE_ROLES):
            raise TokenRejectedError(f"It needs one of the roles {', '.join(CONSOLE_ROLES)}.")
        if not tenant and "operator" not in held:
            raise TokenRejectedError("It names no tenant; only the role operator may omit the tenant.")
        expires_at_s = min(float(claims.get("exp", 0)), time.time() + self._life_s)
        return Session(token, claims["sub"], tenant, held, nonce, expires_at_s)

    def to_cookie(self, session: Session) -> str:
        """Returns the encrypted value of the cookie; raises TokenRejectedError when it is too long."""
        fields = [session.token, session.nonce, session.expires_at_s]
        value = self._fernet.encrypt(json.dumps(fields).encode()).decode()
        if len(value) > COOKIE_CHARACTERS_MAX:
            raise TokenRejectedError(
                f"The session cookie would have {len(value)} characters; the limit is {COOKIE_CHARACTERS_MAX}."
            )
        return value

    def from_cookie(self, cookie: str) -> Session | None:
        """Returns the session; None when it has expired or the cookie was not encrypted with this secret."""
        if not cookie or len(cookie) > COOKIE_CHARACTERS_MAX:
            return None
        try:
            token, nonce, expires_at_s = json.loads(self._fernet.decrypt(cookie.encode()))
            session = self.from_token(token, nonce)
        except (InvalidToken, ValueError):
            return None
        return session if time.time() < min(expires_at_s, session.expires_at_s) else None

    def from_request(self, request: Request) -> Session | None:
        """Returns the session of the request's cookie; None without a valid one."""
        return self.from_cookie(request.cookies.get(COOKIE_NAME, ""))

    def csrf_token(self, session: Session) -> str:
        """Returns the token that every form of the session contains."""
        return hmac.new(self._key, f"form:{session.nonce}".encode(), hashlib.sha256).hexdigest()

    def is_csrf_token(self, session: Session, value: str) -> bool:
        """Returns whether the value is the CSRF token of the session; compares in constant time."""
        return hmac.compare_digest(self.csrf_token(session), value)


def _claim(claims: dict[str, Any], path: str) -> Any:
    """Returns the claim with that name, or at that dotted path; None when it is missing."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
