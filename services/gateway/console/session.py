"""Who is signed in: a token in an encrypted cookie that no script can read; services judge it on every call."""

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

from kit.rpc.auth import ROLES

COOKIE = "radiant_session"
COOKIE_CHARACTERS_MAX = 3800
"""Browsers keep no more in one cookie."""
HUMAN_ROLES = ("expert", "admin", "operator")
"""Roles whose holders may use the console."""


class TokenUnfitError(ValueError):
    """The token cannot be used for a session."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in."""

    token: str
    """Bearer token for the services."""
    subject: str
    tenant: str
    """Empty for an operator of all tenants, who names one on each page."""
    roles: frozenset[str]
    nonce: str
    """Random; what forms carry is derived from it."""
    ends_at: float
    """Unix time, in seconds."""

    def may(self, roles: frozenset[str]) -> bool:
        """Tells whether one of the roles is held."""
        return bool(self.roles & roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Which claims of a token name tenant and roles."""

    tenant: str = "tenant"
    roles: str = "roles"
    role_map: Mapping[str, str] = field(default_factory=lambda: {role: role for role in ROLES})
    """What the roles of the claim are here."""


class Sessions:
    """Seals sessions into cookies and opens them. Gateways that share a secret share sessions."""

    def __init__(self, secret: str, life: timedelta, claims: Claims | None = None) -> None:
        """Takes the secret, any text; an empty one is drawn, so that sessions end with the process."""
        key = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()) if secret else Fernet.generate_key()
        self._fernet, self._key, self._life = Fernet(key), key, life.total_seconds()
        self._claims = claims or Claims()

    def opened(self, token: str, nonce: str) -> Session:
        """Returns a new session of whoever the token names.

        What it names decides only what is shown: the token was just verified by whoever issued it, and the
        services verify it again. Raises TokenUnfitError when it names nobody who may use the console.
        """
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise TokenUnfitError("It is not a JWT.") from None
        tenant, roles = _at(claims, self._claims.tenant) or "", _at(claims, self._claims.roles) or []
        if not isinstance(tenant, str) or not isinstance(roles, list) or not isinstance(claims.get("sub"), str):
            raise TokenUnfitError("It lacks subject, tenant or roles.")
        known = self._claims.role_map
        held = frozenset(known[str(role)] for role in roles if str(role) in known)
        if not held & set(HUMAN_ROLES) or (not tenant and "operator" not in held):
            raise TokenUnfitError("It gives no role in the console.")
        ends_at = min(float(claims.get("exp", 0)), time.time() + self._life)
        return Session(token, claims["sub"], tenant, held, nonce, ends_at)

    def seal(self, session: Session) -> str:
        """Returns the cookie's value; raises TokenUnfitError when the token is too long for one."""
        value = self._fernet.encrypt(json.dumps([session.token, session.nonce, session.ends_at]).encode()).decode()
        if len(value) > COOKIE_CHARACTERS_MAX:
            raise TokenUnfitError("It is too long for a cookie.")
        return value

    def unseal(self, cookie: str) -> Session | None:
        """Returns the session, or None when it is over or was not sealed here."""
        if not cookie or len(cookie) > COOKIE_CHARACTERS_MAX:
            return None
        try:
            token, nonce, ends_at = json.loads(self._fernet.decrypt(cookie.encode()))
            session = self.opened(token, nonce)
        except (InvalidToken, ValueError):
            return None
        return session if time.time() < min(ends_at, session.ends_at) else None

    def form_key(self, session: Session) -> str:
        """Returns what the session's forms carry, so that no other site can send one."""
        return hmac.new(self._key, f"form:{session.nonce}".encode(), hashlib.sha256).hexdigest()

    def form_key_fits(self, session: Session, given: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.form_key(session), given)


def _at(claims: dict[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
