"""Revoked sessions: sessions that were signed out before their end. Their cookies are rejected."""

from __future__ import annotations

import hashlib
import logging
import math
import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.console.session.session import Session
from kit.redis.keys import tenant_key

log = logging.getLogger(__name__)


class RevokedSessions:
    """Keeps each revoked session until it would have ended: in memory, and in Redis for the other gateways.

    While Redis does not respond, this gateway knows only the sessions that were signed out on it.
    """

    def __init__(self, redis: Redis | None) -> None:
        """Takes the client of Redis; None for a gateway without Redis."""
        self._redis = redis
        self._end_s_by_digest: dict[str, float] = {}
        self._is_redis_available = True

    async def revoke(self, session: Session) -> None:
        """Revokes a session."""
        now = time.time()
        self._end_s_by_digest = {digest: end_s for digest, end_s in self._end_s_by_digest.items() if end_s > now}
        self._end_s_by_digest[_digest(session)] = session.expires_at_s
        if self._redis is not None:
            life_s = max(1, math.ceil(session.expires_at_s - now))
            try:
                await self._redis.set(_key(session), b"1", ex=life_s)
            except (RedisError, OSError) as error:
                self._report(error)

    async def contains(self, session: Session) -> bool:
        """Returns whether the session was revoked."""
        if _digest(session) in self._end_s_by_digest:
            return True
        if self._redis is None:
            return False
        try:
            is_revoked = bool(await self._redis.exists(_key(session)))
        except (RedisError, OSError) as error:
            self._report(error)
            return False
        self._is_redis_available = True
        if is_revoked:
            self._end_s_by_digest[_digest(session)] = session.expires_at_s
        return is_revoked

    def _report(self, error: Exception) -> None:
        """Logs the first failure of an outage."""
        if self._is_redis_available:
            fields = {"error": type(error).__name__}
            log.warning("Redis is unavailable: sign-outs on other gateways are not known", extra={"fields": fields})
        self._is_redis_available = False


def _digest(session: Session) -> str:
    return hashlib.sha256(session.nonce.encode()).hexdigest()


def _key(session: Session) -> str:
    return tenant_key(session.tenant, "console", "signed-out", _digest(session))
