"""Authentication of callers. Identity comes from a verified token or certificate, never from a request's body."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Protocol

import jwt

from kit.auth import access
from kit.errors import Forbidden, Invalid, Unauthenticated
from kit.settings.declaration import Setting

ROLES = frozenset(access.ROLES)
ISSUER = AUDIENCE = "radiant"
KEY_BYTES_MIN = 32
TOKEN_CHARACTERS_MAX = 8192
CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity was verified."""

    tenant_id: str
    """Tenant; empty for an operator of all tenants."""
    subject: str
    roles: frozenset[str]
    expires_at_s: float = field(default=math.inf, compare=False)
    """End of the authentication in seconds since the epoch; infinity for none."""


class Authenticator(Protocol):
    """Verifies callers."""

    def authenticate(self, authorization: str) -> Principal:
        """Returns the caller of an `authorization` header; raises Unauthenticated or its subclass UnknownKey."""
        ...

    async def renew(self) -> bool:
        """Fetches the keys after UnknownKey; returns whether a second attempt can succeed."""
        ...


class UnknownKey(Unauthenticated):
    """The token is not valid: its key is unknown."""

    reason = "TOKEN_INVALID"


_principal: ContextVar[Principal] = ContextVar("principal")


def act_as(principal: Principal) -> None:
    """Sets the caller of the current context."""
    _principal.set(principal)


def current_principal() -> Principal:
    """Returns the caller; raises Unauthenticated outside of a call."""
    try:
        return _principal.get()
    except LookupError:
        raise Unauthenticated from None


def tenant_of(request_tenant: str) -> str:
    """Returns the tenant of a call.

    Raises Forbidden (TENANT_MISMATCH) when the request names another tenant than the token, and Invalid when
    an operator of all tenants names no tenant.
    """
    own = current_principal().tenant_id
    if own:
        if request_tenant and request_tenant != own:
            raise Forbidden("tenant_id is not the caller's tenant.", reason="TENANT_MISMATCH")
        return own
    if not request_tenant:
        raise Invalid.field("tenant_id", "is required for an operator of all tenants")
    return request_tenant


def roles_of(text: str) -> dict[str, str]:
    """Reads a map such as `brain-prod=service, Feedback Admins=admin`; raises ValueError with the rule."""
    pairs = [each.rpartition("=") for each in text.split(",") if each.strip()]
    if not all(name.strip() and role.strip() in ROLES for name, _, role in pairs):
        raise ValueError(f"must list name=role with roles among {', '.join(sorted(ROLES))}")
    return {name.strip(): role.strip() for name, _, role in pairs}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """Required claims of a token, and the claims that name the tenant and the roles."""

    issuer: Annotated[str, Setting("AUTH_ISSUER", default_text="radiant; required with a provider")] = ISSUER
    """Required `iss` claim."""
    audience: Annotated[str, Setting("AUTH_AUDIENCE", default_text="radiant; required with a provider")] = AUDIENCE
    """Required `aud` claim; one of several in a token is enough."""
    skew: Annotated[timedelta, Setting("AUTH_CLOCK_SKEW", 0, 300)] = timedelta()
    """Tolerated difference between the clocks of the signer and of this process."""
    tenant_claim: Annotated[str, Setting("AUTH_TENANT_CLAIM")] = "tenant"
    """Claim of the tenant. If the token has no claim of that name, the name is read as a path, for example org.id."""
    roles_claim: Annotated[str, Setting("AUTH_ROLES_CLAIM")] = "roles"
    """Claim of the roles, by name or path."""
    roles: Annotated[
        Mapping[str, str], Setting("AUTH_ROLE_MAP", parse=roles_of, default_text="roles keep their names")
    ] = field(default_factory=lambda: {role: role for role in ROLES})
    """Roles by the provider's name for them, as name=role separated by commas. Other names grant nothing."""

    def principal(self, claims: Mapping[str, object]) -> Principal:
        """Returns the caller of verified claims; raises Unauthenticated when the tenant or the roles are missing."""
        tenant, roles = _claim(claims, self.tenant_claim), _claim(claims, self.roles_claim)
        subject = claims.get("sub")
        if not isinstance(tenant, str) or not isinstance(roles, list) or not isinstance(subject, str):
            raise Unauthenticated("The token has no tenant or no roles.", reason="TOKEN_INVALID")
        held = frozenset(self.roles[role] for role in roles if isinstance(role, str) and role in self.roles)
        if not tenant and "operator" not in held:
            raise Unauthenticated("A token without a tenant must have the role operator only.", reason="TOKEN_INVALID")
        return Principal(tenant, subject, held)


def _claim(claims: Mapping[str, object], name: str) -> object:
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def bearer_token(authorization: str) -> str:
    """Returns the token of an `authorization` header of the scheme Bearer (RFC 6750), in any case of its letters.

    Raises Unauthenticated (TOKEN_MISSING) for another scheme, and for a token that is empty or too long.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise Unauthenticated("The call needs a bearer token in the authorization header.", reason="TOKEN_MISSING")
    return token


class CachedAuthenticator(ABC):
    """Verifies each token once and caches the result until the token expires (least recently used first out)."""

    def __init__(self, cache_size: int) -> None:
        self._cache_size = cache_size
        self._cache: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    def authenticate(self, authorization: str) -> Principal:
        """Returns the caller of the header; raises Unauthenticated."""
        token = bearer_token(authorization)
        hit = self._cache.get(token)
        if hit is not None:
            if hit[0] > time.time():
                self._cache.move_to_end(token)
                return hit[1]
            del self._cache[token]
        try:
            expiry, verified = self._verified(token)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED") from None
        except (jwt.InvalidTokenError, RecursionError, OverflowError):
            raise Unauthenticated("The token is not valid.", reason="TOKEN_INVALID") from None
        principal = replace(verified, expires_at_s=expiry)
        self._cache[token] = (expiry, principal)
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return principal

    def clear_cache(self) -> None:
        """Clears the cache of verified tokens."""
        self._cache.clear()

    async def renew(self) -> bool:
        """Returns False: the key does not change."""
        return False

    @abstractmethod
    def _verified(self, token: str) -> tuple[float, Principal]:
        """Returns the expiry and the caller of the token; raises jwt.InvalidTokenError or Unauthenticated."""


class SharedKeyTokens(CachedAuthenticator):
    """Verifies tokens signed with one shared key (JWT, HS256), for development and small installations.

    Claims: sub, tenant, roles, iat, exp, iss, aud.
    """

    def __init__(self, key: str, cache_size: int = CACHE_SIZE) -> None:
        """Takes the key, at least 32 bytes; raises ValueError when it is shorter."""
        super().__init__(cache_size)
        if len(key.encode()) < KEY_BYTES_MIN:
            raise ValueError(f"RADIANT_TOKEN_KEY must have at least {KEY_BYTES_MIN} bytes")
        self._key, self._rules = key, ClaimRules()

    def _verified(self, token: str) -> tuple[float, Principal]:
        claims = decoded(token, self._key, "HS256", self._rules)
        return float(claims["exp"]), self._rules.principal(claims)


class NoTokens(CachedAuthenticator):
    """Rejects every token: callers must present a client certificate."""

    def __init__(self) -> None:
        super().__init__(1)

    def _verified(self, token: str) -> tuple[float, Principal]:
        raise Unauthenticated("This server accepts client certificates only.", reason="TOKEN_INVALID")


def decoded(token: str, key: Any, algorithm: str, rules: ClaimRules) -> dict[str, Any]:
    """Returns the claims of a token that is signed with this key; raises jwt.InvalidTokenError."""
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        issuer=rules.issuer,
        audience=rules.audience,
        leeway=rules.skew,
        options={"require": ["exp", "iat", "sub"]},
    )
    return claims


def mint(
    key: str, tenant: str, roles: Sequence[str] | Iterable[str], ttl: timedelta, subject: str = "developer"
) -> str:
    """Returns a signed token for a caller of the tenant; an empty tenant is for operators of all tenants."""
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
