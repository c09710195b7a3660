"""Who is calling, and for which tenant. Identity comes from a verified token, never from a request's body."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Protocol

import jwt

from kit.errors import Forbidden, Invalid, Unauthenticated
from kit.rpc import access
from kit.settings import Setting

ROLES = frozenset(access.ROLES)
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
        """Returns who presents this `authorization` header; raises Unauthenticated, or its kind UnknownKey."""
        ...

    async def renew(self) -> bool:
        """Looks whether a key that was unknown is known by now; tells whether asking again makes sense."""
        ...


class UnknownKey(Unauthenticated):
    """The token is not valid."""

    reason = "TOKEN_INVALID"


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


def roles_of(text: str) -> dict[str, str]:
    """Reads a map such as `brain-prod=service, Feedback Admins=admin`; raises ValueError with the rule."""
    pairs = [each.rpartition("=") for each in text.split(",") if each.strip()]
    if not all(theirs.strip() and ours.strip() in ROLES for theirs, _, ours in pairs):
        raise ValueError(f"must list name=role with roles among {', '.join(sorted(ROLES))}")
    return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}


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
    """Claim of the tenant. A name that the token lacks is read as a path, such as org.id."""
    roles_claim: Annotated[str, Setting("AUTH_ROLES_CLAIM")] = "roles"
    """Claim of the roles, by name or path."""
    roles: Annotated[
        Mapping[str, str], Setting("AUTH_ROLE_MAP", parse=roles_of, default_text="roles keep their names")
    ] = field(default_factory=lambda: {role: role for role in ROLES})
    """Roles by the provider's name for them, as name=role separated by commas. Other names grant nothing."""

    def principal(self, claims: Mapping[str, object]) -> Principal:
        """Returns the caller that verified claims tell of; raises Unauthenticated when they lack one."""
        tenant, roles = _claim(claims, self.tenant_claim), _claim(claims, self.roles_claim)
        subject = claims.get("sub")
        if not isinstance(tenant, str) or not isinstance(roles, list) or not isinstance(subject, str):
            raise Unauthenticated("The token lacks tenant or roles.", reason="TOKEN_INVALID")
        held = frozenset(self.roles[role] for role in roles if isinstance(role, str) and role in self.roles)
        if not tenant and "operator" not in held:
            raise Unauthenticated("Only operators have a token without tenant.", reason="TOKEN_INVALID")
        return Principal(tenant, subject, held)


def _claim(claims: Mapping[str, object], name: str) -> object:
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


class RememberedTokens(ABC):
    """Verifies each token once; what was verified is remembered until it expires, the least used forgotten first."""

    def __init__(self, cache_size: int) -> None:
        self._cache_size = cache_size
        self._cache: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    def authenticate(self, authorization: str) -> Principal:
        """Returns who presents this header; raises Unauthenticated."""
        hit = self._cache.get(authorization)
        if hit is not None:
            if hit[0] > time.time():
                self._cache.move_to_end(authorization)
                return hit[1]
            del self._cache[authorization]
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX:
            raise Unauthenticated("A bearer token is needed.", reason="TOKEN_MISSING")
        try:
            expiry, principal = self._verified(token)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED") from None
        except (jwt.InvalidTokenError, RecursionError, OverflowError):
            raise Unauthenticated("The token is not valid.", reason="TOKEN_INVALID") from None
        self._cache[authorization] = (expiry, principal)
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return principal

    def forget(self) -> None:
        """Forgets every token: each is verified anew."""
        self._cache.clear()

    async def renew(self) -> bool:
        """Tells that no key is to be expected."""
        return False

    @abstractmethod
    def _verified(self, token: str) -> tuple[float, Principal]:
        """Returns when the token expires and whose it is; raises jwt.InvalidTokenError or Unauthenticated."""


class SharedKeyTokens(RememberedTokens):
    """Verifies tokens signed with one shared key (JWT, HS256), for development and small installations.

    Claims: sub, tenant, roles, iat, exp, iss, aud.
    """

    def __init__(self, key: str, cache_size: int = CACHE_SIZE) -> None:
        """Takes the key, at least 32 bytes; raises ValueError when it is shorter."""
        super().__init__(cache_size)
        if len(key.encode()) < KEY_BYTES_MIN:
            raise ValueError(f"the token key must have at least {KEY_BYTES_MIN} bytes")
        self._key, self._rules = key, ClaimRules()

    def _verified(self, token: str) -> tuple[float, Principal]:
        claims = decoded(token, self._key, "HS256", self._rules)
        return float(claims["exp"]), self._rules.principal(claims)


class NoTokens(RememberedTokens):
    """Believes no token: every caller proves itself by a certificate."""

    def __init__(self) -> None:
        super().__init__(1)

    def _verified(self, token: str) -> tuple[float, Principal]:
        raise Unauthenticated("Callers prove themselves by a certificate here.", reason="TOKEN_INVALID")


def decoded(token: str, key: Any, algorithm: str, rules: ClaimRules) -> dict[str, Any]:
    """Returns the claims of a token that this key signed; raises jwt.InvalidTokenError."""
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
