"""Tokens of an identity provider: signature, algorithm, key, claims."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from kit.auth.jwks import ALGORITHMS, KeySet, KeyTimes, ProviderTokens
from kit.auth.tokens import ClaimRules, Principal
from kit.errors import Unauthenticated
from tests.support.provider import AUDIENCE, ISSUER, SigningKey, claims, document

EC, RSA = SigningKey("ec-1"), SigningKey("rsa-1", "RS256")
OTHER = SigningKey("ec-1")
"""A key of another issuer with the same key ID."""
RULES = ClaimRules(issuer=ISSUER, audience=AUDIENCE, skew=timedelta(seconds=60))
CALLER = Principal("acme", "brain", frozenset({"service"}))


async def verifier(
    *keys: SigningKey, rules: ClaimRules = RULES, algorithms: tuple[str, ...] = ALGORITHMS, body: bytes = b""
) -> ProviderTokens:
    """Returns a verifier with these keys."""

    async def fetch() -> bytes:
        return body or document(*(keys or (EC, RSA)))

    known = KeySet(fetch, KeyTimes())
    assert await known.refresh()
    return ProviderTokens(known, rules, algorithms)


def refused(tokens: ProviderTokens, token: str) -> str:
    """Returns the reason of the refusal of the token."""
    with pytest.raises(Unauthenticated) as caught:
        tokens.authenticate(f"Bearer {token}")
    return caught.value.reason


def forged(header: dict[str, Any], secret: bytes = b"") -> str:
    """Returns a token with the header, signed with a shared secret or unsigned."""
    parts = [json.dumps(part).encode() for part in (header, claims())]
    signed = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    digest = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret else b""
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_token_of_each_algorithm_family_is_accepted(algorithm: str) -> None:
    key = SigningKey("k", algorithm)
    tokens = await verifier(key, OTHER)
    assert tokens.authenticate(f"Bearer {key.sign()}") == CALLER


@pytest.mark.parametrize("kind", ["pem", "der", "jwk"])
async def test_token_signed_with_the_public_key_as_secret_is_refused(kind: str) -> None:
    public = RSA.secret.public_key()
    secret = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(RSA.shown()).encode(),
    }[kind]
    tokens = await verifier()
    for algorithm in ("HS256", "RS256", "hs256"):
        assert refused(tokens, forged({"alg": algorithm, "kid": "rsa-1"}, secret)) == "TOKEN_INVALID"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 7, ["ES256"], {"ES256": 1}])
async def test_unsigned_provider_token_is_refused(algorithm: object) -> None:
    tokens = await verifier()
    assert refused(tokens, forged({"alg": algorithm, "kid": "ec-1"})) == "TOKEN_INVALID"
    assert refused(tokens, jwt.encode(claims(), "", algorithm="none", headers={"kid": "ec-1"})) == "TOKEN_INVALID"


async def test_token_with_algorithm_of_another_key_family_is_refused() -> None:
    tokens = await verifier()
    assert refused(tokens, RSA.sign({"kid": "ec-1"})) == "TOKEN_INVALID"
    assert refused(tokens, EC.sign({"kid": "rsa-1"})) == "TOKEN_INVALID"


async def test_token_with_another_algorithm_of_the_same_family_is_refused() -> None:
    tokens = await verifier(RSA)
    longer = jwt.encode(claims(), RSA.secret, algorithm="RS512", headers={"kid": "rsa-1"})
    assert refused(tokens, longer) == "TOKEN_INVALID"
    free = json.dumps({"keys": [RSA.shown(alg=None)]}).encode()
    assert (await verifier(body=free)).authenticate(f"Bearer {longer}") == CALLER


async def test_token_with_algorithm_not_in_settings_is_refused() -> None:
    tokens = await verifier(algorithms=("RS256",))
    assert refused(tokens, EC.sign()) == "TOKEN_INVALID"
    assert tokens.authenticate(f"Bearer {RSA.sign()}") == CALLER


@pytest.mark.parametrize("algorithms", [(), ("none",), ("HS256",), ("RS256", "HS256")])
async def test_settings_with_symmetric_or_no_algorithm_are_refused(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be among"):
        await verifier(algorithms=algorithms)


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "/etc/passwd", "' OR 1=1 --", "http://evil.example/k", "", "x" * 9999, "ec-1\x00"]
)
async def test_token_with_unknown_key_id_is_refused(kid: str) -> None:
    assert refused(await verifier(), OTHER.sign({"kid": kid})) in ("TOKEN_INVALID", "TOKEN_MISSING")


@pytest.mark.parametrize("kid", [7, ["ec-1"], {"kid": "ec-1"}, None])
async def test_key_id_that_is_not_text_is_refused(kid: object) -> None:
    assert refused(await verifier(), forged({"alg": "ES256", "kid": kid}, b"x" * 32)) == "TOKEN_INVALID"


async def test_token_with_embedded_key_is_refused() -> None:
    tokens = await verifier()
    for brought in (
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/chain"},
        {"jwk": OTHER.shown()},
        {"x5c": ["MIIB"]},
    ):
        assert refused(tokens, OTHER.sign(brought)) == "TOKEN_INVALID"
        assert tokens.authenticate(f"Bearer {EC.sign(brought)}") == CALLER, (
            "embedded keys are ignored if the key ID is known"
        )
    assert refused(tokens, EC.sign({"crit": ["exp"]})) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"iss": ISSUER + "/"},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"exp": None},
        {"iat": None},
        {"iat": 1 << 40},
        {"nbf": 1 << 40},
        {"sub": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"tenant": None},
        {"tenant": 7},
        {"tenant": ""},
        {"tenant": "-global-"},
        {"tenant": "acme/../globex"},
        {"tenant": "x" * 101},
        {"tenant": ["acme"]},
        {"roles": None},
        {"roles": "service"},
        {"roles": {"service": True}},
    ],
    ids=str,
)
async def test_provider_token_with_bad_claims_is_refused(changes: dict[str, Any]) -> None:
    assert refused(await verifier(), EC.sign(**changes)) == "TOKEN_INVALID"


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("acme"),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=5,
)
NAMES = ("iss", "aud", "sub", "tenant", "roles", "iat", "exp", "nbf", "jti")


@given(st.dictionaries(st.sampled_from(NAMES), ODD, min_size=1))
def test_random_claims_raise_only_token_errors(told: dict[str, Any]) -> None:
    tokens = _verifier()
    body = json.dumps({**claims(), **told}).encode()
    token = jwt.PyJWS().encode(body, EC.secret, algorithm="ES256", headers={"kid": "ec-1"})
    try:
        principal = tokens.authenticate(f"Bearer {token}")
    except Unauthenticated:
        return
    assert told.get("tenant", "acme") == principal.tenant_id
    assert principal.roles <= {"service", "expert", "admin", "operator"}


@functools.cache
def _verifier() -> ProviderTokens:
    return asyncio.run(verifier())


async def test_clock_skew_up_to_the_setting_is_tolerated() -> None:
    tokens, now = await verifier(), int(time.time())
    for name, moment in (("exp", now - 30), ("nbf", now + 30), ("iat", now + 30)):
        assert tokens.authenticate(f"Bearer {EC.sign(None, **{name: moment})}") == CALLER
    assert refused(tokens, EC.sign(exp=now - 90)) == "TOKEN_EXPIRED"
    for name in ("nbf", "iat"):
        assert refused(tokens, EC.sign(None, **{name: now + 90})) == "TOKEN_INVALID"
    strict = await verifier(rules=ClaimRules(issuer=ISSUER, audience=AUDIENCE))
    assert refused(strict, EC.sign(exp=now - 1)) == "TOKEN_EXPIRED"


async def test_token_with_invalid_signature_is_refused() -> None:
    tokens = await verifier()
    assert refused(tokens, OTHER.sign()) == "TOKEN_INVALID"
    head, _, signature = EC.sign().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(tenant="globex")).encode()).decode().rstrip("=")
    assert refused(tokens, f"{head}.{body}.{signature}") == "TOKEN_INVALID"
    assert refused(tokens, f"{head}.{body}.") == "TOKEN_INVALID"


async def test_token_above_the_size_limit_is_refused() -> None:
    assert refused(await verifier(), EC.sign(padding="x" * 9000)) == "TOKEN_MISSING"


async def test_token_with_one_matching_audience_is_accepted() -> None:
    assert (await verifier()).authenticate(f"Bearer {EC.sign(aud=['another', AUDIENCE])}") == CALLER


@pytest.mark.parametrize(
    ("tenant_claim", "roles_claim", "told"),
    [
        ("https://acme.example/tenant", "roles", {"https://acme.example/tenant": "acme", "roles": ["service"]}),
        ("org.id", "realm_access.roles", {"org": {"id": "acme"}, "realm_access": {"roles": ["service"]}}),
        ("org.id", "roles", {"org.id": "acme", "org": {"id": "globex"}, "roles": ["service"]}),
    ],
)
async def test_tenant_and_roles_are_read_from_configured_claims(
    tenant_claim: str, roles_claim: str, told: dict[str, Any]
) -> None:
    rules = ClaimRules(issuer=ISSUER, audience=AUDIENCE, tenant_claim=tenant_claim, roles_claim=roles_claim)
    tokens = await verifier(rules=rules)
    plain = {"tenant": None, "roles": None}
    assert tokens.authenticate(f"Bearer {EC.sign(**{**plain, **told})}") == CALLER
    assert refused(tokens, EC.sign(**{**plain, **dict(list(told.items())[:-1])})) == "TOKEN_INVALID"


async def test_roles_with_a_role_map_are_only_the_mapped_ones() -> None:
    rules = ClaimRules(issuer=ISSUER, audience=AUDIENCE, roles={"Feedback Admins": "admin"})
    tokens = await verifier(rules=rules)
    held = tokens.authenticate(f"Bearer {EC.sign(roles=['Feedback Admins', 'operator', 'service', 7])}").roles
    assert held == {"admin"}


async def test_token_without_key_id_requires_a_single_matching_key() -> None:
    tokens = await verifier(EC, RSA)
    assert tokens.authenticate(f"Bearer {EC.sign({'kid': None})}") == CALLER
    assert refused(await verifier(EC, SigningKey("ec-2")), EC.sign({"kid": None})) == "TOKEN_INVALID"
