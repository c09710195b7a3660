"""Tokens of the shared key: signature, issuer, audience, lifetime, roles, tenant."""

import base64
import contextvars
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.auth import tokens as auth
from kit.auth.tokens import Principal, SharedKeyTokens, act_as, current_principal, mint, tenant_of
from kit.errors import Forbidden, Invalid, Unauthenticated

KEY = "a-signing-key-for-tests-only-0123456789"
HOUR = timedelta(hours=1)
OPERATOR = Principal("", "o", frozenset({"operator"}))
CALLER = Principal("acme", "s", frozenset({"service"}))


def claims(**changes: Any) -> dict[str, Any]:
    """Returns valid claims with changes. None removes a claim."""
    now = int(time.time())
    good = {
        "iss": "radiant",
        "aud": "radiant",
        "sub": "s",
        "tenant": "acme",
        "roles": ["service"],
        "iat": now,
        "exp": now + 60,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def verify(token: str) -> Principal:
    """Verifies the token with a new verifier."""
    return SharedKeyTokens(KEY).authenticate(f"Bearer {token}")


def signed(**changes: Any) -> str:
    """Returns a token with a valid signature and changed claims."""
    return jwt.encode(claims(**changes), KEY, algorithm="HS256")


def test_minted_token_is_accepted() -> None:
    token = mint(KEY, "acme", ["service", "expert"], HOUR, "brain")
    assert verify(token) == Principal("acme", "brain", frozenset({"service", "expert"}))
    assert verify(signed()) == CALLER


def test_token_with_unknown_roles_keeps_only_known_roles() -> None:
    assert verify(signed(roles=["service", "root", 7])).roles == {"service"}


def test_expired_token_is_refused_with_its_own_reason() -> None:
    with pytest.raises(Unauthenticated) as caught:
        verify(mint(KEY, "acme", ["service"], timedelta(seconds=-1)))
    assert caught.value.reason == "TOKEN_EXPIRED"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "someone"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"tenant": None},
        {"tenant": 7},
        {"roles": None},
        {"roles": "service"},
        {"tenant": "", "roles": ["admin", "service", "expert"]},
        {"tenant": "", "roles": []},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"nbf": 1 << 40},
    ],
    ids=str,
)
def test_signed_token_with_bad_claims_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated) as caught:
        verify(signed(**changes))
    assert caught.value.reason == "TOKEN_INVALID"


def test_token_signed_with_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify(mint(KEY[::-1], "acme", ["service"], HOUR))


def test_token_without_signature_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify(jwt.encode(claims(), "", algorithm="none"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_token_with_another_algorithm_is_refused(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(jwt.encode(claims(), KEY * 2, algorithm=algorithm))


def test_token_with_changed_claims_is_refused() -> None:
    head, _, signature = signed().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(tenant="globex")).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        verify(f"{head}.{body}.{signature}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer " + "x" * 8193])
def test_header_without_bearer_token_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        SharedKeyTokens(KEY).authenticate(header)
    assert caught.value.reason == "TOKEN_MISSING"


def test_authorization_scheme_in_any_case_is_accepted() -> None:
    assert SharedKeyTokens(KEY).authenticate(f"bearer {signed()}") == CALLER


@given(st.lists(st.binary(max_size=60) | st.just(b"[" * 3000), min_size=1, max_size=4))
def test_malformed_token_raises_only_token_errors(parts: list[bytes]) -> None:
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    with pytest.raises(Unauthenticated):
        SharedKeyTokens(KEY).authenticate(f"Bearer {token}")


def test_cached_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = SharedKeyTokens(KEY)
    header = "Bearer " + mint(KEY, "acme", ["service"], timedelta(seconds=2))
    decoded: list[str] = []
    decode = jwt.decode

    def counted(token: str, *rest: Any, **options: Any) -> Any:
        decoded.append(token)
        return decode(token, *rest, **options)

    monkeypatch.setattr(jwt, "decode", counted)
    for _ in range(3):
        assert tokens.authenticate(header).tenant_id == "acme"
    assert len(decoded) == 1, "the second call uses the cache"
    time.sleep(2.05)
    with pytest.raises(Unauthenticated) as caught:
        tokens.authenticate(header)
    assert caught.value.reason == "TOKEN_EXPIRED"


def test_token_cache_is_bounded_and_holds_no_refusals() -> None:
    tokens = SharedKeyTokens(KEY, cache_size=3)
    for number in range(10):
        tokens.authenticate("Bearer " + mint(KEY, f"t{number}", ["service"], HOUR))
        with pytest.raises(Unauthenticated):
            tokens.authenticate(f"Bearer garbage-{number}")
    assert len(tokens._cache) == 3


def test_token_key_below_minimum_length_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        SharedKeyTokens("x" * 31)
    SharedKeyTokens("x" * auth.KEY_BYTES_MIN)


def as_caller(principal: Principal, named: str) -> str:
    """Returns the tenant of a call of the principal that names a tenant."""

    def ask() -> str:
        act_as(principal)
        return tenant_of(named)

    return contextvars.Context().run(ask)


@pytest.mark.parametrize(
    ("principal", "named", "tenant"), [(CALLER, "", "acme"), (CALLER, "acme", "acme"), (OPERATOR, "globex", "globex")]
)
def test_tenant_of_call_is_the_callers_or_named_by_operator(principal: Principal, named: str, tenant: str) -> None:
    assert as_caller(principal, named) == tenant


@pytest.mark.parametrize("roles", [{"service"}, {"operator"}, {"admin", "operator"}])
def test_call_naming_another_tenant_is_refused(roles: set[str]) -> None:
    with pytest.raises(Forbidden) as caught:
        as_caller(Principal("acme", "s", frozenset(roles)), "globex")
    assert caught.value.reason == "TENANT_MISMATCH"


def test_operator_call_without_tenant_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        as_caller(OPERATOR, "")
    assert [each.field for each in caught.value.violations] == ["tenant_id"]


def test_caller_outside_of_a_call_raises() -> None:
    with pytest.raises(Unauthenticated):
        contextvars.Context().run(current_principal)
