"""Verifies the token of a caller before the gateway reads the body of a request. The services verify it again."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import grpc
import jwt

from kit.auth.tokens import Authenticator, ClaimRules, Principal, UnknownKey, bearer_token
from kit.errors import Exhausted, Unauthenticated, Unavailable
from kit.telemetry import logs
from kit.tenant_slots import TenantSlots
from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1 import ingest_service_pb2_grpc
from radiant_client.transport.errors import from_rpc_error

TOKENS_MAX = 4096
FRESH_S, KEPT_S = 60.0, 600.0
"""Times for which an accepted token is not sent to ingest again: normally, and while ingest does not answer."""
CHECKS_MAX, CHECKS_PER_NETWORK_MAX = 64, 8
RETRY_AFTER = timedelta(seconds=1)
_ACCEPTED = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)
"""Codes with which ingest ends a call after it has verified the token."""
_ACCEPTED_REASON = "QUOTA_EXCEEDED"


class Verifier(Protocol):
    """Verifies callers."""

    async def verify(self, authorization: str, network: str) -> Principal:
        """Returns the caller of an Authorization header; `network` is the address of the peer, or its IPv6 network.

        Raises Unauthenticated, Unavailable if the token cannot be verified now, and Exhausted.
        """
        ...


class KeyVerifier:
    """Verifies tokens with the keys of this process."""

    def __init__(self, authenticator: Authenticator) -> None:
        """Takes the authenticator of the keys."""
        self._authenticator = authenticator

    async def verify(self, authorization: str, network: str) -> Principal:
        """Returns the caller; raises as `Verifier.verify`. Fetches the provider's keys if the key is unknown."""
        try:
            return self._authenticator.authenticate(authorization)
        except UnknownKey:
            if not await self._authenticator.renew():
                raise
        return self._authenticator.authenticate(authorization)


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A token that ingest accepted."""

    principal: Principal
    fresh_until_s: float
    kept_until_s: float


class IngestVerifier:
    """Verifies tokens by a call of ingest, for a gateway without keys. Each token is sent once a minute."""

    def __init__(self, channel: grpc.aio.Channel, rules: ClaimRules, timeout: timedelta) -> None:
        """Takes the channel to ingest, and the claims that name the tenant and the roles."""
        self._stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
        self._rules, self._timeout_s = rules, timeout.total_seconds()
        self._checks = TenantSlots(
            "tokens in verification", CHECKS_MAX, CHECKS_PER_NETWORK_MAX, reason="TOO_MANY_TOKENS", holder="address"
        )
        self._accepted: OrderedDict[bytes, _Accepted] = OrderedDict()

    async def verify(self, authorization: str, network: str) -> Principal:
        """Returns the caller; raises as `Verifier.verify`."""
        token = bearer_token(authorization)
        if not (token.isascii() and token.isprintable()):
            raise Unauthenticated("The token is not valid.", reason="TOKEN_INVALID")
        digest, now_s = hashlib.sha256(token.encode()).digest(), time.time()
        known = self._accepted.get(digest)
        if known is not None and now_s < known.fresh_until_s:
            return known.principal
        try:
            with self._checks.hold(network):
                await self._check(f"Bearer {token}")
        except (Unavailable, Exhausted):
            if known is not None and now_s < known.kept_until_s:
                return known.principal
            raise
        return self._add(digest, token, now_s)

    async def _check(self, authorization: str) -> None:
        """Makes a call that reads nothing of the caller; raises if ingest rejects the token or does not answer."""
        try:
            metadata = (("authorization", authorization), ("x-request-id", logs.request_id.get()))
            await self._stub.GetWidgetConfig(pb.GetWidgetConfigRequest(), metadata=metadata, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as failure:
            error = from_rpc_error(failure)
            if failure.code() is grpc.StatusCode.UNAUTHENTICATED:
                raise Unauthenticated(error.message, reason=error.reason) from failure
            if failure.code() not in _ACCEPTED and error.reason != _ACCEPTED_REASON:
                message = "The token cannot be verified, because the ingest service does not respond. Retry later."
                raise Unavailable(message, RETRY_AFTER) from failure

    def _add(self, digest: bytes, token: str, now_s: float) -> Principal:
        """Stores and returns the caller of a token whose signature ingest has verified."""
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
            principal, expiry_s = self._rules.principal(claims), float(claims["exp"])
        except (jwt.InvalidTokenError, Unauthenticated, KeyError, TypeError, ValueError):
            principal, expiry_s = Principal("", digest.hex(), frozenset()), now_s
        self._accepted[digest] = _Accepted(principal, min(now_s + FRESH_S, expiry_s), min(now_s + KEPT_S, expiry_s))
        self._accepted.move_to_end(digest)
        if len(self._accepted) > TOKENS_MAX:
            self._accepted.popitem(last=False)
        return principal
