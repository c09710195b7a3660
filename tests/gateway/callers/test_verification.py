"""Tests of the verification of callers by keys and by ingest."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.callers.verification import IngestVerifier, KeyVerifier
from gateway.routes.service_calls import ServiceCalls
from gateway.routes.settings import Addresses
from kit.auth.tokens import ClaimRules, Principal, SharedKeyTokens, UnknownKey, mint
from kit.errors import Exhausted, Forbidden, RadiantError, Unauthenticated, Unavailable
from tests.gateway.fixtures.gateway import ACME
from tests.gateway.fixtures.scripted_services import Script, scripted_services
from tests.support.suite import KEY

AUTHORIZATION = ACME["authorization"]
PEER = "192.0.2.7"
ACME_CALLER = Principal("acme", "test", frozenset({"service", "admin"}))


@pytest.fixture
def script() -> Script:
    """Returns the script of ingest."""
    return Script()


@pytest.fixture
async def calls(script: Script) -> AsyncIterator[ServiceCalls]:
    """Yields channels to scripted services."""
    async with scripted_services(script) as address:
        opened = ServiceCalls(Addresses(ingest=address), timedelta(seconds=5))
        yield opened
        await opened.close()


def verifier_of(calls: ServiceCalls, timeout_s: float = 5) -> IngestVerifier:
    """Returns a verifier that calls ingest."""
    return IngestVerifier(calls.channel("ingest"), ClaimRules(), timedelta(seconds=timeout_s))


async def test_token_is_sent_to_ingest_once_in_any_spelling(calls: ServiceCalls, script: Script) -> None:
    verifier = verifier_of(calls)
    for authorization in (AUTHORIZATION, AUTHORIZATION.replace("Bearer", "bEARER"), AUTHORIZATION):
        assert await verifier.verify(authorization, PEER) == ACME_CALLER
    assert [name for name, _ in script.requests] == ["GetWidgetConfig"]


async def test_token_that_ingest_rejects_is_not_verified(calls: ServiceCalls) -> None:
    verifier = verifier_of(calls)
    forged = mint("another-key-of-at-least-32-characters", "acme", ("service",), timedelta(hours=1), "test")
    expired = mint(KEY, "acme", ("service",), timedelta(hours=-1), "test")
    for authorization, reason in (
        (f"Bearer {forged}", "TOKEN_INVALID"),
        (f"Bearer {expired}", "TOKEN_EXPIRED"),
        ("Bearer \x00", "TOKEN_INVALID"),
        ("Bearer ü", "TOKEN_INVALID"),
        ("Bearer", "TOKEN_MISSING"),
        ("", "TOKEN_MISSING"),
    ):
        with pytest.raises(Unauthenticated) as rejected:
            await verifier.verify(authorization, PEER)
        assert rejected.value.reason == reason, authorization


async def test_caller_without_a_role_of_the_method_is_verified(calls: ServiceCalls, script: Script) -> None:
    script.responses["GetWidgetConfig"] = Forbidden("no role", reason="ROLE_MISSING")
    assert await verifier_of(calls).verify(AUTHORIZATION, PEER) == ACME_CALLER


async def test_overloaded_ingest_verifies_no_new_token(calls: ServiceCalls, script: Script) -> None:
    verifier = verifier_of(calls)
    script.responses["GetWidgetConfig"] = Exhausted("overloaded", reason="OVERLOADED")
    with pytest.raises(Unavailable, match="cannot be verified"):
        await verifier.verify(AUTHORIZATION, PEER)
    script.responses["GetWidgetConfig"] = Exhausted("quota", reason="QUOTA_EXCEEDED")
    assert await verifier.verify(AUTHORIZATION, PEER) == ACME_CALLER


async def test_known_token_stays_verified_while_ingest_does_not_answer(
    calls: ServiceCalls, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.callers.verification.FRESH_S", 0.0)
    verifier = verifier_of(calls)
    assert await verifier.verify(AUTHORIZATION, PEER) == ACME_CALLER
    script.responses["GetWidgetConfig"] = Unavailable("no database")
    assert await verifier.verify(AUTHORIZATION, PEER) == ACME_CALLER
    with pytest.raises(Unavailable):
        await verifier.verify(f"Bearer {mint(KEY, 'acme', ('service',), timedelta(hours=2), 'test')}", PEER)


async def test_token_with_a_new_key_is_verified_after_the_fetch_of_the_keys() -> None:
    class Rotated(SharedKeyTokens):
        """Tokens whose key is unknown until it is fetched."""

        is_known = can_renew = False

        def authenticate(self, authorization: str) -> Principal:
            """Raises UnknownKey before the fetch."""
            if not self.is_known:
                raise UnknownKey
            return super().authenticate(authorization)

        async def renew(self) -> bool:
            """Fetches the key if possible."""
            self.is_known = self.can_renew
            return self.can_renew

    tokens = Rotated(KEY)
    with pytest.raises(UnknownKey):
        await KeyVerifier(tokens).verify(AUTHORIZATION, PEER)
    tokens.can_renew = True
    assert await KeyVerifier(tokens).verify(AUTHORIZATION, PEER) == ACME_CALLER


async def test_address_with_many_new_tokens_leaves_verifications_for_other_addresses(
    calls: ServiceCalls, script: Script
) -> None:
    verifier, released = verifier_of(calls), asyncio.Event()

    async def wait(_: object) -> None:
        await released.wait()

    script.actions["GetWidgetConfig"] = wait
    forged = [f"Bearer {mint('k' * 32 + str(n), 'acme', ('service',), timedelta(hours=1), 'test')}" for n in range(100)]
    flood = [asyncio.create_task(verifier.verify(each, PEER)) for each in forged]
    honest = asyncio.create_task(verifier.verify(AUTHORIZATION, "192.0.2.8"))
    await asyncio.sleep(0)
    released.set()
    errors = await asyncio.gather(*flood, return_exceptions=True)
    reasons = Counter(error.reason for error in errors if isinstance(error, RadiantError))
    assert reasons == {"TOO_MANY_TOKENS": 92, "TOKEN_INVALID": 8}
    assert await honest == ACME_CALLER
