"""Settings and key documents of an identity provider: insecure ones are refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from kit.auth.jwks import UnusableKeysError, keys_of
from kit.settings.declaration import SettingsError
from tests.support.provider import SigningKey, read

OLD = SigningKey("old")


@pytest.mark.parametrize(
    "wrong",
    [
        {"RADIANT_AUTH_JWKS_URL": "http://login.example/keys"},
        {"RADIANT_AUTH_JWKS_URL": "http://10.0.0.1/keys"},
        {"RADIANT_AUTH_JWKS_URL": "http://127.0.0.1.evil.example/keys"},
        {"RADIANT_AUTH_JWKS_URL": "file:///etc/passwd"},
        {"RADIANT_AUTH_JWKS_URL": "https://login.example/k", "RADIANT_AUTH_JWKS_FILE": "/k"},
        {"RADIANT_AUTH_JWKS_URL": "https://login.example/k", "RADIANT_AUTH_ISSUER": ""},
        {"RADIANT_AUTH_JWKS_URL": "https://login.example/k", "RADIANT_AUTH_AUDIENCE": ""},
        {"RADIANT_AUTH_JWKS_FILE": "/k", "RADIANT_AUTH_ALGORITHMS": "HS256"},
        {"RADIANT_AUTH_JWKS_FILE": "/k", "RADIANT_AUTH_ALGORITHMS": "RS256,none"},
        {"RADIANT_AUTH_JWKS_FILE": "/k", "RADIANT_AUTH_CLOCK_SKEW": "301"},
        {"RADIANT_AUTH_JWKS_FILE": "/k", "RADIANT_AUTH_ROLE_MAP": "brain=root"},
        {"RADIANT_AUTH_JWKS_FILE": "/k", "RADIANT_AUTH_JWKS_KEPT_SECONDS": "60"},
        {},
    ],
    ids=str,
)
def test_insecure_provider_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read(**wrong)


def test_settings_equal_their_documentation() -> None:
    settings = read(
        RADIANT_AUTH_JWKS_URL="https://login.example/keys",
        RADIANT_AUTH_ALGORITHMS="PS256, EdDSA",
        RADIANT_AUTH_TENANT_CLAIM="org.id",
        RADIANT_AUTH_ROLES_CLAIM="realm_access.roles",
        RADIANT_AUTH_ROLE_MAP="a=b=admin, Brain=service",
    )
    assert settings.algorithms == ("PS256", "EdDSA")
    assert settings.rules.skew == timedelta(seconds=60)
    assert (settings.rules.tenant_claim, settings.rules.roles_claim) == ("org.id", "realm_access.roles")
    assert settings.rules.roles == {"a=b": "admin", "Brain": "service"}
    assert "secret" not in repr(read(RADIANT_TOKEN_KEY="secret" * 6))


@pytest.mark.parametrize(
    "member",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        SigningKey("k").shown(use="enc"),
        SigningKey("k").shown(key_ops=["encrypt"]),
        SigningKey("k").shown(alg="RS256"),
        SigningKey("k").shown(alg="none"),
        SigningKey("k").shown(crv="secp256k1"),
        SigningKey("k").shown(x=None),
        SigningKey("k").shown(kid=7),
        SigningKey("k", "RS256", 1024).shown(),
        {**SigningKey("k").shown(), "kty": ["EC"]},
        "k",
        None,
    ],
    ids=lambda each: str(each)[:30],
)
def test_keys_unusable_for_tokens_are_ignored(member: Any) -> None:
    with pytest.raises(UnusableKeysError):
        keys_of(json.dumps({"keys": [member]}).encode())
    assert set(keys_of(json.dumps({"keys": [member, OLD.shown()]}).encode())) == {"old"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": 7}', b'{"keys": {}}', b"[" * 100_000, b"\xff"])
def test_malformed_key_document_is_refused(body: bytes) -> None:
    with pytest.raises(UnusableKeysError):
        keys_of(body)
