"""Verification of tokens of an identity provider with its public keys (JWKS, RFC 7517)."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import jwt

from kit.auth.tokens import CACHE_SIZE, CachedAuthenticator, ClaimRules, Principal, UnknownKey, decoded
from kit.errors import Unauthenticated, Unavailable
from kit.settings.declaration import Setting
from kit.telemetry.metrics import KEY_FETCHES

log = logging.getLogger(__name__)

RSA_BITS_MIN = 2048
KEYS_MAX = 100
KID_CHARACTERS_MAX = 256
RETRY_AFTER = timedelta(seconds=1)

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")  # the tenant names that requests accept
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",)}
_EDWARDS = {"Ed25519": ("EdDSA",)}
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x")}
ALGORITHMS = (*_RSA, "ES256", "ES384", "ES512", "EdDSA")
"""Supported signature algorithms, all of them asymmetric."""


class UnusableKeysError(Exception):
    """The fetched document contains no usable key."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key."""

    key: Any = field(repr=False)
    algorithms: tuple[str, ...]
    """Algorithms that the key may verify: those of its own family only."""
    public_members: str
    """Public members of the key as JSON, to detect that a key was replaced under the same name."""


def keys_of(document: bytes) -> dict[str, VerificationKey]:
    """Returns the keys of a JWKS document by name; raises UnusableKeysError when there are none.

    Secrets, encryption keys, short keys and unknown curves are ignored; the name of a key without `kid` is ''.
    """
    try:
        entries = json.loads(document)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnusableKeysError("the document is not a JWKS document") from None
    found: dict[str, VerificationKey] = {}
    for each in entries[:KEYS_MAX] if isinstance(entries, list) else ():
        if not isinstance(each, dict):
            continue
        kid = each.get("kid", "")
        key = _key_of(each)
        if key is None or not isinstance(kid, str) or kid in found or len(kid) > KID_CHARACTERS_MAX:
            log.info("key of the identity provider ignored", extra={"fields": {"kid": str(kid)[:KID_CHARACTERS_MAX]}})
            continue
        found[kid] = key
    if not found:
        raise UnusableKeysError("the document contains no usable key")
    return found


def _key_of(each: Mapping[str, Any]) -> VerificationKey | None:
    kind, curve, given_algorithm = str(each.get("kty")), str(each.get("crv")), each.get("alg")
    operations = each.get("key_ops", ["verify"])
    if kind not in _PUBLIC or each.get("use", "sig") != "sig":
        return None
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    possible = {"RSA": _RSA, "EC": _CURVES.get(curve, ()), "OKP": _EDWARDS.get(curve, ())}[kind]
    algorithms = tuple(name for name in possible if given_algorithm in (None, name))
    public = {name: each.get(name) for name in _PUBLIC[kind]}
    try:
        key = jwt.PyJWK.from_dict(public, algorithm=algorithms[0]).key
    except Exception:  # the member may have any type
        return None
    if kind == "RSA" and key.key_size < RSA_BITS_MIN:
        return None
    return VerificationKey(key, algorithms, json.dumps(public, sort_keys=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimes:
    """Times of the fetches of the provider's keys."""

    refresh_interval: Annotated[timedelta, Setting("AUTH_JWKS_REFRESH_SECONDS", 1, 86_400)] = timedelta(minutes=5)
    """Interval of fetches of the provider's keys."""
    unknown_key_interval: Annotated[timedelta, Setting("AUTH_JWKS_UNKNOWN_SECONDS", 1, 3600)] = timedelta(seconds=10)
    """Shortest time between two fetches that are caused by tokens with an unknown key."""
    retention: Annotated[timedelta, Setting("AUTH_JWKS_KEPT_SECONDS", 60, 30 * 86_400)] = timedelta(hours=24)
    """Time for which the last keys stay valid while fetches fail. Not shorter than the interval of fetches."""


class KeySet:
    """The provider's keys, fetched periodically."""

    def __init__(self, fetch: Callable[[], Awaitable[bytes]], times: KeyTimes) -> None:
        """Takes the function that fetches the document; it may raise any exception. `refresh` loads the keys."""
        self._fetch, self._times = fetch, times
        self._keys: dict[str, VerificationKey] = {}
        self._valid_until = self._fetched_at = -1e18
        self._failed, self._fetches = True, 0
        self._lock = asyncio.Lock()
        self.on_change: Callable[[], None] = lambda: None
        """Called after the keys have changed."""

    @property
    def is_usable(self) -> bool:
        """Whether there are keys and they are not older than their retention."""
        return time.monotonic() < self._valid_until

    def find(self, kid: str, algorithm: str) -> VerificationKey | None:
        """Returns the key of that name; if the token or the document has no names, the only key that fits."""
        key = self._keys.get(kid)
        if key is None and not kid:
            fitting = [each for each in self._keys.values() if algorithm in each.algorithms]
            return fitting[0] if len(fitting) == 1 else None
        return key

    async def refresh(self) -> bool:
        """Fetches the keys; returns whether that succeeded. After a failure the earlier keys remain."""
        async with self._lock:
            return await self._refresh()

    async def refresh_for_unknown_key(self) -> bool:
        """Fetches the keys unless the last fetch was recent; returns whether a fetch succeeded.

        Concurrent callers share one fetch.
        """
        before = self._fetches
        async with self._lock:
            if self._fetches != before:
                return not self._failed
            if time.monotonic() - self._fetched_at < self._times.unknown_key_interval.total_seconds():
                return False
            return await self._refresh()

    async def refresh_forever(self) -> None:
        """Fetches the keys periodically, after a failure with a shorter delay."""
        while True:
            wait = (
                min(self._times.refresh_interval, self._times.unknown_key_interval)
                if self._failed
                else self._times.refresh_interval
            )
            await asyncio.sleep(wait.total_seconds())
            await self.refresh()

    async def _refresh(self) -> bool:
        self._fetched_at, self._failed = time.monotonic(), True
        try:
            keys = keys_of(await self._fetch())
        except Exception as problem:
            self._fetches += 1
            KEY_FETCHES.labels("failed").inc()
            log.warning("fetch of the keys of the identity provider failed: %s", problem)
            return False
        self._failed = False
        self._fetches += 1
        KEY_FETCHES.labels("ok").inc()
        before, self._keys = self._keys, keys
        self._valid_until = time.monotonic() + self._times.retention.total_seconds()
        if {kid: each.public_members for kid, each in before.items()} != {
            kid: each.public_members for kid, each in keys.items()
        }:
            log.info("the keys of the identity provider changed", extra={"fields": {"keys": sorted(keys)}})
            self.on_change()
        return True


class ProviderTokens(CachedAuthenticator):
    """Verifies tokens of an identity provider. The key determines the algorithm, not the token."""

    def __init__(
        self, keys: KeySet, rules: ClaimRules, algorithms: Sequence[str], cache_size: int = CACHE_SIZE
    ) -> None:
        """Takes the allowed algorithms; raises ValueError for one that is not asymmetric."""
        super().__init__(cache_size)
        if not algorithms or set(algorithms) - set(ALGORITHMS):
            raise ValueError(f"RADIANT_AUTH_ALGORITHMS must be among {', '.join(ALGORITHMS)}")
        self._keys, self._rules, self._algorithms = keys, rules, frozenset(algorithms)
        keys.on_change = self.clear_cache

    def authenticate(self, authorization: str) -> Principal:
        """Returns the caller of the header; raises Unauthenticated, or Unavailable before the keys are fetched."""
        if not self._keys.is_usable:
            self.clear_cache()
            raise Unavailable(
                "The keys of the identity provider are not available. Retry later.",
                RETRY_AFTER,
                reason="KEYS_UNAVAILABLE",
            )
        return super().authenticate(authorization)

    async def renew(self) -> bool:
        """Fetches the keys with a minimum interval; returns whether that succeeded."""
        return await self._keys.refresh_for_unknown_key()

    def _verified(self, token: str) -> tuple[float, Principal]:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid", "")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise jwt.InvalidTokenError
        if not isinstance(kid, str) or "crit" in header:
            raise jwt.InvalidTokenError
        key = self._keys.find(kid, algorithm) if len(kid) <= KID_CHARACTERS_MAX else None
        if key is None:
            raise UnknownKey
        if algorithm not in key.algorithms:
            raise jwt.InvalidTokenError
        claims = decoded(token, key.key, algorithm, self._rules)
        principal = self._rules.principal(claims)
        if principal.tenant_id and not _TENANT.fullmatch(principal.tenant_id):
            raise Unauthenticated("The tenant in the token is not a valid tenant name.", reason="TOKEN_INVALID")
        return float(claims["exp"]), principal
