"""Who is calling, and for which tenant. Identity comes from a verified token, never from a request's body."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import jwt

from kit.errors import Forbidden, Invalid, Unauthenticated

ROLES = frozenset({"service", "expert", "admin", "operator"})
ISSUER = AUDIENCE = "radiant"
KEY_BYTES_MIN = 32
TOKEN_CHARACTERS_MAX = 8192
CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity was verified."""

    tenant_id: str
    """Empty for an operator of all tenants."""
    subject: str
    roles: frozenset[str]


class Authenticator(Protocol):
    """Verifies callers."""

    def authenticate(self, authorization: str) -> Principal:
        """Returns who presents this `authorization` header; raises Unauthenticated."""
        ...


_principal: ContextVar[Principal] = ContextVar("principal")


def act_as(principal: Principal) -> None:
    """Makes the principal the caller of what runs in this context."""
    _principal.set(principal)


def current_principal() -> Principal:
    """Returns the caller; raises Unauthenticated outside of a call."""
    try:
        return _principal.get()
    except LookupError:
        raise Unauthenticated from None


def tenant_of(request_tenant: str) -> str:
    """Returns the tenant that a call is for.

    Raises Forbidden (TENANT_MISMATCH) when the request names another than the caller's, and Invalid when an
    operator of all tenants names none.
    """
    own = current_principal().tenant_id
    if own:
        if request_tenant and request_tenant != own:
            raise Forbidden("tenant_id is not the caller's tenant.", reason="TENANT_MISMATCH")
        return own
    if not request_tenant:
        raise Invalid.field("tenant_id", "an operator must name a tenant")
    return request_tenant


class SharedKeyTokens:
    """Verifies tokens signed with one shared key (JWT, HS256).

    Claims: sub, tenant, roles, iat, exp, iss, aud. Verified tokens are remembered until they expire.
    """

    def __init__(self, key: str, cache_size: int = CACHE_SIZE) -> None:
        """Takes the key, at least 32 bytes; raises ValueError when it is shorter."""
        if len(key.encode()) < KEY_BYTES_MIN:
            raise ValueError(f"the token key must have at least {KEY_BYTES_MIN} bytes")
        self._key, self._cache_size = key, cache_size
        self._cache: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    def authenticate(self, authorization: str) -> Principal:
        """Returns who presents this header; raises Unauthenticated."""
        hit = self._cache.get(authorization)
        if hit is not None:
            if hit[0] > time.time():
                return hit[1]
            del self._cache[authorization]
        expiry, principal = self._verify(authorization)
        self._cache[authorization] = (expiry, principal)
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return principal

    def _verify(self, authorization: str) -> tuple[float, Principal]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX:
            raise Unauthenticated("A bearer token is needed.", reason="TOKEN_MISSING")
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED") from None
        except jwt.InvalidTokenError:
            raise Unauthenticated("The token is not valid.", reason="TOKEN_INVALID") from None
        return float(claims["exp"]), _principal_of(claims)


def _principal_of(claims: dict[str, object]) -> Principal:
    tenant, roles, subject = claims.get("tenant"), claims.get("roles"), claims.get("sub")
    if not isinstance(tenant, str) or not isinstance(roles, list) or not isinstance(subject, str):
        raise Unauthenticated("The token lacks tenant or roles.", reason="TOKEN_INVALID")
    held = frozenset(str(role) for role in roles) & ROLES
    if not tenant and "operator" not in held:
        raise Unauthenticated("Only operators have a token without tenant.", reason="TOKEN_INVALID")
    return Principal(tenant, subject, held)


def mint(
    key: str, tenant: str, roles: Sequence[str] | Iterable[str], ttl: timedelta, subject: str = "developer"
) -> str:
    """Returns a signed token for a caller of the tenant; an empty tenant is for operators of all."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "tenant": tenant,
        "roles": sorted(roles),
        "iat": now,
        "exp": now + int(ttl.total_seconds()),
    }
    return jwt.encode(claims, key, algorithm="HS256")
